"""Sources of every framework that is known, and of programs without one."""

import pytest

from pipeline.analysis.dataflow import scan
from pipeline.tests.flowing import rules

SOURCES = {
    "Django view": (
        "html",
        "from django.http import HttpResponse\n"
        "def index(request):\n"
        "    n = request.GET.get('n')\n"
        "    return HttpResponse('<b>%s</b>' % n)\n",
    ),
    "Django class": (
        "html",
        "from django.http import HttpResponse\n"
        "from django.views import View\n"
        "class V(View):\n"
        "    def get(self, request, name):\n"
        "        return HttpResponse('<b>' + name)\n",
    ),
    "Django cursor": (
        "sql",
        "from django.db import connection\n"
        "def v(request, name):\n"
        "    with connection.cursor() as c:\n"
        "        c.execute(\"select * from t where n='%s'\" % request.POST['x'])\n",
    ),
    "FastAPI page": (
        "html",
        "from fastapi import FastAPI\n"
        "from fastapi.responses import HTMLResponse\n"
        "app = FastAPI()\n"
        "@app.get('/x')\n"
        "async def x(q: str):\n"
        "    return HTMLResponse(f'<b>{q}</b>')\n",
    ),
    "FastAPI body": (
        "shell",
        "from fastapi import FastAPI, Query\n"
        "import subprocess\n"
        "app = FastAPI()\n"
        "@app.post('/x')\n"
        "async def x(body: Item):\n"
        "    return subprocess.check_output('ping ' + body.host, shell=True)\n",
    ),
    "FastAPI path": (
        "path",
        "from fastapi import FastAPI\n"
        "from fastapi.responses import FileResponse\n"
        "app = FastAPI()\n"
        "@app.get('/f/{name:path}')\n"
        "def f(name: str):\n"
        "    return FileResponse(f'/srv/{name}')\n",
    ),
    "Starlette body": (
        "sql",
        "from starlette.requests import Request\n"
        "async def f(request: Request):\n"
        "    d = await request.json()\n"
        "    await db.execute(f\"select {d['a']}\")\n",
    ),
    "aiohttp query": (
        "html",
        "from aiohttp import web\n"
        "async def h(request):\n"
        "    return web.Response(text='<b>' + request.query['a'], content_type='text/html')\n",
    ),
    "aiohttp match": (
        "path",
        "from aiohttp import web\n"
        "async def h(request):\n"
        "    return web.FileResponse('/srv/' + request.match_info['n'])\n",
    ),
    "Tornado argument": (
        "html",
        "import tornado.web\n"
        "class M(tornado.web.RequestHandler):\n"
        "    def get(self):\n"
        "        n = self.get_argument('n')\n"
        "        self.write('<b>' + n)\n",
    ),
    "Tornado redirect": (
        "redirect",
        "import tornado.web\n"
        "class M(tornado.web.RequestHandler):\n"
        "    def get(self):\n"
        "        self.redirect(self.get_argument('n'))\n",
    ),
    "Bottle route": (
        "html",
        "from bottle import route, request\n@route('/x/<n>')\ndef x(n):\n    return '<b>' + n\n",
    ),
    "Bottle query": (
        "shell",
        "from bottle import route, request\n"
        "import os\n"
        "@route('/x')\n"
        "def x():\n"
        "    os.system('ls ' + request.query.d)\n",
    ),
    "http.server": (
        "html",
        "from http.server import BaseHTTPRequestHandler\n"
        "class H(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.wfile.write(('<b>' + self.path).encode())\n",
    ),
    "socket": (
        "deserialise",
        "import pickle, socket\n"
        "s = socket.socket()\n"
        "c, a = s.accept()\n"
        "d = c.recv(1024)\n"
        "x = pickle.loads(d)\n",
    ),
    "input": (
        "code",
        "x = input('> ')\nprint(eval(x))\n",
    ),
    "argv": (
        "shell",
        "import sys, os\nos.system('ls ' + sys.argv[1])\n",
    ),
    "argparse": (
        "shell",
        "import argparse, subprocess\n"
        "p = argparse.ArgumentParser()\n"
        "p.add_argument('h')\n"
        "a = p.parse_args()\n"
        "subprocess.call('ping ' + a.h, shell=True)\n",
    ),
    "environment": (
        "sql",
        "import os, sqlite3\nn = os.environ['N']\nsqlite3.connect('x').execute('select ' + n)\n",
    ),
    "typed path": (
        "path",
        "name = input()\nwith open('/srv/data/' + name) as f:\n    print(f.read())\n",
    ),
    "caller, xml": (
        "xml",
        "import lxml.etree\n"
        "def parse(path):\n"
        "    return lxml.etree.parse(path, lxml.etree.XMLParser())\n",
    ),
    "caller, xpath": (
        "xpath",
        "from lxml import etree\n"
        "def find(name):\n"
        "    t = etree.parse('u.xml')\n"
        '    return t.xpath("//u[n=\'" + name + "\']")\n',
    ),
    "caller, ldap": (
        "ldap",
        "import ldap\n"
        "def find(u):\n"
        "    c = ldap.initialize('x')\n"
        "    return c.search_s('dc=x', ldap.SCOPE_SUBTREE, '(uid=%s)' % u)\n",
    ),
    "upload": (
        "path",
        "from flask import Flask, request\n"
        "import os\n"
        "@app.route('/up', methods=['POST'])\n"
        "def up():\n"
        "    f = request.files['file']\n"
        "    f.save('/srv/' + f.filename)\n",
    ),
    "Flask route": (
        "shell",
        "import subprocess\n"
        "from flask import request\n"
        "@app.route('/')\n"
        "def f():\n"
        "    cmd = ['bash', '-c', 'ls ' + request.args['d']]\n"
        "    p = subprocess.Popen(cmd, stdout=subprocess.PIPE)\n",
    ),
    "cgi": (
        "shell",
        "import cgi, os\nform = cgi.FieldStorage()\nos.system('ls ' + form.getvalue('d'))\n",
    ),
    "cloud function": (
        "shell",
        "import boto3, os, json\n"
        "def lambda_handler(event, context):\n"
        "    os.system('ls ' + event['d'])\n",
    ),
    "Flask class": (
        "html",
        "from flask.views import MethodView\nclass V(MethodView):\n    def get(self, n):\n"
        "        return '<b>' + n\n",
    ),
    "WSGI": (
        "shell",
        "import os\ndef application(environ, start_response):\n"
        "    os.system('ls ' + environ['QUERY_STRING'])\n",
    ),
    "click": (
        "shell",
        "import click, os\n@click.command()\n@click.argument('n')\ndef f(n):\n"
        "    os.system('ls ' + n)\n",
    ),
}
HARMLESS = {
    "an object that FastAPI brings": "from fastapi import Depends\n@app.get('/')\n"
    "def f(db = Depends(get_db)):\n    return db.execute(f'select {db.name}')\n",
    "a number in the address": "@app.route('/<int:n>')\ndef f(n):\n    return '<b>' + n\n",
    "a typed parameter": "import fastapi, os\n@app.get('/')\ndef f(n: int):\n"
    "    os.system('kill ' + n)\n",
    "a file that the operator names": "import sys\nopen('/srv/' + sys.argv[1])\n",
    "a path that a caller gives": "def f(path):\n    return open(path)\n",
    "an address that a caller gives": "import requests\ndef f(url):\n"
    "    return requests.get(url, timeout=1)\n",
    "an object that Django redirects to": "from django.shortcuts import redirect\n"
    "def f(request, n):\n    thing = find(request.user, n)\n    return redirect(thing)\n",
    "a page that code elsewhere makes": "@app.route('/<n>')\ndef f(n):\n    return page(n)\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_it_knows_where_values_enter(name):
    family, code = SOURCES[name]
    assert family in rules(code)


@pytest.mark.parametrize("name", HARMLESS)
def test_it_is_silent_about_what_nobody_outside_chooses(name):
    assert rules(HARMLESS[name]) == set()


@pytest.mark.parametrize(
    ("source", "severity"),
    [("request.args['a']", "HIGH"), ("input()", "MEDIUM"), ("given", "LOW")],
)
def test_it_weighs_a_value_by_who_gives_it(source, severity):
    code = f"from flask import request\nimport ldap\ndef f(given):\n    a = {source}\n"
    code += "    ldap.initialize('x').search_s('dc=x', 2, '(uid=' + a + ')')\n"
    assert [f["severity"] for f in scan.task({"code": code})["findings"]] == [severity]
