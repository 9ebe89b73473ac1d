import pytest

from biosetu.centre.pages import reading
from biosetu.centre.serving import web_command
from biosetu.centre.web_server import WARMED, warm

pytestmark = [pytest.mark.db]


def test_web_server_loads_the_hooks_and_binds_where_asked():
    command = web_command("127.0.0.1", 8000)
    assert command[command.index("--config") + 1] == "python:biosetu.centre.web_server"
    assert command[command.index("--bind") + 1] == "127.0.0.1:8000"
    assert "[::1]:8000" in web_command("::1", 8000)


@pytest.mark.django_db(transaction=True)
def test_warming_up_leaves_what_pages_need_in_memory(guards_removed):
    reading._body.cache_clear()
    warm()
    assert reading._body.cache_info().currsize == WARMED
