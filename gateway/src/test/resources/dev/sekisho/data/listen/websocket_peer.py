"""WebSocket peers of the library websockets, with permessage-deflate.

  serve FORM                    an origin on a free port of loopback, which it prints
  talk FORM PROXY ORIGIN WHAT   a client that asks for a CONNECT to the origin and speaks inside

FORM is kept, reset, small or none: how compression is agreed. WHAT is echo, give, send or take.
"""

import asyncio
import random
import socket
import sys

import websockets
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)

# In pieces, so that no scanner takes this file for one.
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*"
WORDS = "one two three four five six seven eight nine ten ".split(" ")


def forms(factory):
    return {
        "kept": [factory()],
        "reset": [factory(server_no_context_takeover=True, client_no_context_takeover=True)],
        "small": [factory(server_max_window_bits=9, client_max_window_bits=9)],
        "none": [],
    }


async def serve(form):
    async def answer(line):
        async for message in line:
            if message == "take":
                await line.send(EICAR)
            elif isinstance(message, str) and message.startswith("give "):
                await line.send(random.Random(7).randbytes(int(message[5:])))
            else:
                await line.send(message)

    extensions = forms(ServerPerMessageDeflateFactory)[form]
    async with websockets.serve(
        answer, "127.0.0.1", 0, max_size=None, compression=None, extensions=extensions
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


def through(proxy, origin):
    line = socket.create_connection(("127.0.0.1", proxy))
    line.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (origin, origin))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += line.recv(1)
    assert b" 200 " in head, head
    return line


def messages():
    chance = random.Random(3)
    for size in [0, 1, 5, 68, 125, 126, 127, 1000, 1023, 1024, 1025, 65535, 65536, 300000, 2000000]:
        yield chance.randbytes(size)
        yield " ".join(chance.choice(WORDS) for _ in range(size // 4))
    for _ in range(300):
        yield " ".join(chance.choice(WORDS) for _ in range(chance.randrange(400)))


async def echo(line):
    count = 0
    for message in messages():
        if count % 3 == 2 and len(message) > 3:
            third = len(message) // 3
            await line.send([message[:third], message[third : 2 * third], message[2 * third :]])
        else:
            await line.send(message)
        if count % 10 == 0:
            await (await line.ping())
        answer = await line.recv()
        assert answer == message, (len(answer), len(message))
        count += 1
    return "echoed %d" % count


async def talk(form, proxy, origin, what):
    extensions = forms(ClientPerMessageDeflateFactory)[form]
    async with websockets.connect(
        "ws://127.0.0.1:%d/chat" % origin,
        sock=through(proxy, origin),
        max_size=None,
        compression=None,
        extensions=extensions,
    ) as line:
        print("agreed", len(line.extensions), flush=True)
        try:
            if what == "echo":
                print(await echo(line), flush=True)
            elif what == "give":
                await line.send("give 20000000")
                given = await line.recv()
                print("given", given == random.Random(7).randbytes(20000000), flush=True)
            elif what == "send":
                await line.send("hello")
                print("heard", await line.recv(), flush=True)
                await line.send(EICAR)
                print("heard", await line.recv(), flush=True)
            else:
                await line.send("take")
                print("heard", await line.recv(), flush=True)
        except websockets.ConnectionClosed as closed:
            print("closed", closed.code, closed.reason, flush=True)


arguments = sys.argv[2:]
if sys.argv[1] == "serve":
    asyncio.run(serve(*arguments))
else:
    asyncio.run(talk(arguments[0], int(arguments[1]), int(arguments[2]), arguments[3]))
