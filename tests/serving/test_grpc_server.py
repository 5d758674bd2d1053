"""Wire tests of the port, and of what a message may be."""

import asyncio
import socket

import grpc
import pytest

from data.errors import SchemaError
from engine.requests import ItemContent
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.grpc_server import bind, grpc_server
from serving.server_config import ServerConfig
from tests.serving.claimed_pictures import png


def test_a_message_beyond_the_limit_is_refused_and_the_server_goes_on(address: str):
    with OutfitClient(address) as client:
        picture = ItemContent(image=png(1, 1).ljust(8 * 2**20))
        with pytest.raises(CallError) as caught:
            client.score([[picture] * 4])
        assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert len(client.score([[picture] * 3]).scores) == 1


def test_a_port_that_is_taken_is_an_error_that_names_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SchemaError, match=f"127.0.0.1:{port}"):
            bind_once(ServerConfig(port=port))


def test_two_servers_do_not_share_a_port(address: str):
    with pytest.raises(SchemaError, match="free port"):
        bind_once(ServerConfig(port=int(address.rpartition(":")[2])))


def bind_once(config: ServerConfig) -> None:
    async def once() -> None:
        bind(grpc_server([], config), config)

    asyncio.run(once())
