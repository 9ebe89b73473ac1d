"""`biosetu serve`: the support centre in a browser."""

from __future__ import annotations

from importlib.util import find_spec

import click

from biosetu.problems import UsageError

NEEDED = ("django", "allauth", "ninja", "gunicorn")


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to answer on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to answer on; this machine alone.")
@click.option("--demo", is_flag=True, help="With fictional people, Setuland and the official figures.")
def serve(port: int, host: str, demo: bool) -> None:
    """Start the centre: web server and worker, on SQLite, nothing else to start. Ctrl-C stops both."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError("The web part is not installed. Install it with: pip install 'biosetu[centre]'")
    from biosetu.centre.serving import serve as run

    run(host=host, port=port, demo=demo, announce=_announce)
    click.echo("Stopped.")


def _announce(address: str) -> None:
    click.echo(f"BioSetu is at {address}  (Ctrl-C stops it)")
