#!/usr/bin/env python3
"""A link that can be cut: a TCP relay on loopback with a switch and a counter.

    link.py FOLDER

FOLDER/to       where connections go, host:port; read at each connection
FOLDER/port     written: the port that it listens on
FOLDER/state    "up" or "down"; a link that goes down ends what is under way
FOLDER/count    written as traffic passes: bytes out, bytes in, turns (changes of direction), connections
"""
import os
import selectors
import socket
import sys

folder = sys.argv[1]
out_bytes = in_bytes = turns = connections = 0
peers = {}      # socket -> (other side, direction)
last = {}       # socket of the client side -> direction of its last bytes
selector = selectors.DefaultSelector()


def path(name):
    return os.path.join(folder, name)


def write(name, text):
    with open(path(name) + ".new", "w") as file:
        file.write(text)
    os.rename(path(name) + ".new", path(name))


def is_up():
    try:
        with open(path("state")) as file:
            return file.read().strip() != "down"
    except FileNotFoundError:
        return True


def count():
    write("count", f"{out_bytes} {in_bytes} {turns} {connections}\n")


def close(one):
    other = peers.pop(one, (None,))[0]
    for sock in (one, other):
        if sock is None:
            continue
        peers.pop(sock, None)
        last.pop(sock, None)
        try:
            selector.unregister(sock)
        except (KeyError, ValueError):
            pass
        sock.close()


def accept(listener):
    global connections
    client, _ = listener.accept()
    if not is_up():
        client.close()
        return
    with open(path("to")) as file:
        host, port = file.read().strip().rsplit(":", 1)
    try:
        server = socket.create_connection((host, int(port)), 5)
    except OSError:
        client.close()
        return
    connections += 1
    peers[client] = (server, "out")
    peers[server] = (client, "in")
    for sock in (client, server):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(sock, selectors.EVENT_READ)


def relay(sock):
    global out_bytes, in_bytes, turns
    other, direction = peers[sock]
    try:
        data = sock.recv(65536)
        if data:
            other.sendall(data)
    except OSError:
        data = b""
    if not data:
        close(sock)
        return
    client = sock if direction == "out" else other
    if last.get(client) != direction:
        last[client] = direction
        turns += 1
    if direction == "out":
        out_bytes += len(data)
    else:
        in_bytes += len(data)
    count()


listener = socket.create_server(("127.0.0.1", 0))
selector.register(listener, selectors.EVENT_READ)
count()
write("port", f"{listener.getsockname()[1]}\n")
while True:
    for key, _ in selector.select(0.05):
        if key.fileobj is listener:
            accept(listener)
        elif key.fileobj in peers:
            relay(key.fileobj)
    if peers and not is_up():
        for sock in list(peers):
            close(sock)
