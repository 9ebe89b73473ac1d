"""The instance's key pair (Ed25519) and signed JSON files.

The private key is made once and kept in BIOSETU_HOME/keys, readable by its owner alone. A file is a JSON object with
`body`, `key` (public key, base64) and `signature` over the body's canonical form: sorted keys, no spaces, UTF-8.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from biosetu.home import home
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

LARGEST = 2_000_000


def private_key() -> Ed25519PrivateKey:
    """Return the key of this instance; made when it is first asked for."""
    path = home() / "keys" / "exchange.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate()
        raw = made.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return private_key()
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(raw))
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes()))


def public_key() -> str:
    """Return the public key of this instance, base64."""
    raw = private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def canonical(body: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(body: Mapping[str, Any]) -> bytes:
    """Return a signed file."""
    signature = base64.b64encode(private_key().sign(canonical(body))).decode()
    whole = {"body": body, "key": public_key(), "signature": signature}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def opened(content: bytes) -> tuple[dict[str, Any], str]:
    """Return the body of a signed file and the key that signed it; `DataError` where it was changed or is none."""
    if len(content) > LARGEST:
        raise _wrong(N_("the file is too large"))
    try:
        whole = json.loads(content)
        body, key, signature = whole["body"], str(whole["key"]), base64.b64decode(whole["signature"], validate=True)
        signer = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        signer.verify(signature, canonical(body))
    except InvalidSignature as error:
        raise _wrong(N_("the signature does not fit: the file was changed on its way")) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _wrong(N_("this is not a file of a hand-over")) from error
    if not isinstance(body, dict):
        raise _wrong(N_("this is not a file of a hand-over"))
    return body, key


def _wrong(message: str) -> DataError:
    return DataError(Problem(message, N_("Ask the centre that sent it for the file again"), "signature"))
