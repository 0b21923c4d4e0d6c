"""An SFTP server for tests, as a process of its own: `python sftp_server.py FOLDER USER PASSWORD`.

It tells its port and the fingerprint of its key, and serves until it is killed.
"""

import asyncio
import sys

import asyncssh

FOLDER, USER, PASSWORD = sys.argv[1:]


class Server(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == (USER, PASSWORD)


class Files(asyncssh.SFTPServer):
    def __init__(self, channel):
        super().__init__(channel, chroot=FOLDER.encode())


async def serve():
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=Server, server_host_keys=[key], sftp_factory=Files)
    sys.stdout.write(f"{server.get_port()} {key.get_fingerprint()}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


asyncio.run(serve())
