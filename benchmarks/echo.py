"""The reference of a server: grpc.aio that answers every call at once with so many bytes.

`python -m benchmarks.echo 300 900` serves `/Echo/300` and `/Echo/900` on a free port of loopback.
"""

import asyncio
import sys
from typing import Any

import grpc


def handler(size: int) -> "grpc.RpcMethodHandler[Any, Any]":
    """A method that answers `size` bytes."""
    response = bytes(size)

    async def answer(_request: bytes, _context: Any) -> bytes:
        return response

    return grpc.unary_unary_rpc_method_handler(answer)


async def main(sizes: list[str]) -> None:
    """Serve until the process is ended."""
    server = grpc.aio.server()
    methods = {size: handler(int(size)) for size in sizes}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Echo", methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"echoing on 127.0.0.1:{port}", flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
