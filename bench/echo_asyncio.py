#!/usr/bin/python3
"""An echo server in Python, on a protocol class (faster than streams): bench/echo_asyncio.py [uvloop]. Prints its port."""

import asyncio
import resource
import sys


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    # Who does not take what he is owed is not read from meanwhile.
    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


async def main():
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
if sys.argv[1:] == ["uvloop"]:
    import uvloop
    uvloop.install()
asyncio.run(main())
