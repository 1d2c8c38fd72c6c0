"""The operating system's key store, through the `keyring` library."""

from ehr_desktop.node.keys.device import SecretStore

_SERVICE = "ehr-desktop"


class SystemKeyStore:
    """Windows Credential Manager, macOS Keychain or the desktop's Secret Service."""

    def get(self, name: str) -> bytes | None:
        """Give a secret, or None if there is none of that name or the store is locked."""
        import keyring  # noqa: PLC0415 - its back ends take a tenth of a second to load
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            found = keyring.get_password(_SERVICE, name)
        except KeyringError:
            return None
        return None if found is None else bytes.fromhex(found)

    def put(self, name: str, secret: bytes) -> bool:
        """Keep a secret; tell whether it can be had back."""
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            keyring.set_password(_SERVICE, name, secret.hex())
        except KeyringError:
            return False
        return self.get(name) == secret


def system_key_store() -> SecretStore:
    """Give the key store of this operating system."""
    return SystemKeyStore()
