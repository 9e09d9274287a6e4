"""Each family of rules flags its bad case and not the safe twin."""

import pytest

from pipeline.analysis.dataflow import rules as known
from pipeline.tests.flowing import of_view

DJANGO = "from django.http import HttpResponse\ndef view(request, name):\n    "
BAD = {
    "sql": [
        "sqlite3.connect('x').cursor().execute(f'select {param}')",
        "from sqlalchemy import text\ndb.session.execute(text('select ' + param))",
        'sql = "select \'" + param + "\'"\ncur.executescript(sql)',
        "User.objects.raw('select %s' % param)",
        "User.objects.extra(where=['a = ' + param])",
    ],
    "shell": [
        "os.system('ls ' + param)",
        "subprocess.run(f'ls {param}', shell=True)",
        "subprocess.run([param, '-l'])",
        "subprocess.Popen(['sh', '-c', 'ls ' + param])",
        "args = []\nargs.append('sh' if os.name == 'posix' else 'cmd')\nargs.append('-c')\n"
        "args.append(f'echo {param}')\nsubprocess.run(args)",
        "os.popen('ls %s' % param)",
    ],
    "code": ["eval(param)", "exec('x = ' + param)", "compile(param, 'f', 'exec')"],
    "import": ["__import__(param)", "import importlib\nimportlib.import_module(param)"],
    "path": [
        "open('/srv/' + param)",
        "open(os.path.join('/srv', param))",
        "import codecs\ncodecs.open(f'/srv/{param}', 'r', 'utf-8')",
        "import pathlib\n(pathlib.Path('/srv') / param).read_text()",
        "from flask import send_file\nsend_file(param)",
        "os.remove(param)",
        "f = request.files['f']\nf.save(os.path.join('/srv', f.filename))",
        "p = os.path.join('/srv', param)\nif not p.startswith('/srv'):\n    return ''\nopen(p)",
    ],
    "html": [
        "return '<p>' + param",
        "return f'<p>{param}', 200",
        "RESPONSE = ''\nRESPONSE += '<p>{}'.format(param)\nreturn RESPONSE",
        "from flask import make_response\nreturn make_response('<p>' + param)",
        "from markupsafe import Markup\nreturn Markup('<p>%s' % param)",
    ],
    "template": [
        "from flask import render_template_string\nreturn render_template_string('x' + param)",
        "from jinja2 import Template\nreturn Template(param).render()",
        "import jinja2\nreturn jinja2.Environment().from_string(param).render()",
    ],
    "redirect": [
        "from flask import redirect\nreturn redirect(param)",
        "from flask import redirect\nreturn redirect('https://' + param)",
        "resp = app.make()\nresp.headers['Location'] = param",
        "from flask import Response\nr = Response('', 302)\nr.headers.add('location', param)",
        "from django.http import HttpResponse\nr = HttpResponse('')\nr['Location'] = param",
    ],
    "ssrf": [
        "import requests\nrequests.get(param, timeout=1)",
        "import requests\nrequests.request('GET', f'https://{param}/x', timeout=1)",
        "import urllib.request\nurllib.request.urlopen(param)",
        "import httpx\nasync def f():\n    async with httpx.AsyncClient() as c:\n"
        "        await c.get(param)\nf()",
    ],
    "ldap": [
        "import ldap\nc = ldap.initialize('x')\nc.search_s('dc=x', 2, f'(uid={param})')",
        "import helpers\nc = helpers.get()\nc.search('dc=x', '(&(a=b)(uid=%s))' % param)",
    ],
    "nosql": [
        "import pymongo\npymongo.MongoClient().a.b.find({'$where': 'this.n == ' + param})",
        "import json, pymongo\npymongo.MongoClient().a.b.delete_many(json.loads(param))",
        "import pymongo\nq = {'$where': param}\ndb.users.find_one(filter=q)",
    ],
    "xpath": [
        "import lxml.etree\nlxml.etree.parse('x').xpath(f\"/a[@id='{param}']\")",
        'import elementpath\nelementpath.select(root, "/a[@id=\'" + param + "\']")',
    ],
    "xml": [
        "import lxml.etree\nlxml.etree.fromstring(param)",
        "import xml.sax, xml.sax.handler, xml.dom.minidom\np = xml.sax.make_parser()\n"
        "p.setFeature(xml.sax.handler.feature_external_ges, True)\n"
        "xml.dom.minidom.parseString(param, p)",
    ],
    "entities": ["import xml.etree.ElementTree as ET\nET.fromstring(param)"],
    "deserialise": [
        "import pickle, base64\npickle.loads(base64.b64decode(param))",
        "import yaml\nyaml.load(param, Loader=yaml.Loader)",
    ],
    "log": ["app.logger.info('x ' + param)", "import logging\nlogging.warning('%s', param)"],
    "header": [
        "resp = app.make()\nresp.headers['X-A'] = param",
        "from werkzeug.datastructures import Headers\nh = Headers()\nh.add('X-A', param)",
        "from django.http import HttpResponse\nr = HttpResponse('')\nr['X-A'] = param",
    ],
    "cookie": ["resp = app.make()\nresp.set_cookie('a', param)"],
    "regex": ["import re\nre.search('a' + param, 'text')"],
    "format": ["return param.format(app)"],
    "session": [
        "from flask import session\nsession['a'] = param",
        "import flask\nflask.session[param] = '1'",
    ],
}
SAFE = {
    "sql": [
        "from psycopg2 import sql\ncur.execute(sql.SQL('select {}').format(sql.Identifier(param)))",
        "sqlite3.connect('x').cursor().execute('select ?', (param,))",
        "from sqlalchemy import text\ndb.session.execute(text('select :a'), {'a': param})",
        "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().execute(param)",
        "sqlite3.connect('x').cursor().execute('select %d' % int(param))",
    ],
    "shell": [
        "subprocess.run(['ls', param])",
        "import shlex\nos.system('ls ' + shlex.quote(param))",
        "subprocess.run(['sh', '-c', 'ls'], input=param)",
    ],
    "code": [
        "import ast\nast.literal_eval(param)",
        'if not param.startswith("\'") or not param.endswith("\'") or "\'" in param[1:-1]:\n'
        "    return ''\nexec(param)",
    ],
    "import": ["if param in ('json', 'csv'):\n    __import__(param)"],
    "path": [
        "open(os.path.join('/srv', os.path.basename(param)))",
        "from werkzeug.utils import secure_filename\nopen('/srv/' + secure_filename(param))",
        "p = os.path.realpath(os.path.join(BASE, param))\n"
        "if os.path.commonpath([BASE, p]) != BASE:\n    return ''\nopen(p)",
        "p = os.path.realpath(os.path.join('/srv', param))\n"
        "if not p.startswith('/srv/'):\n    return ''\nopen(p)",
        "import pathlib\nbase = pathlib.Path(BASE)\np = (base / param).resolve()\n"
        "if not str(p).startswith(str(base)):\n    return ''\np.read_text()",
        "import pathlib\nbase = pathlib.Path(BASE)\np = (base / param).resolve()\n"
        "if not p.is_relative_to(base):\n    return ''\nopen(p)",
        "if '../' in param:\n    return ''\nopen('/srv/' + param)",
        "from flask import send_from_directory\nsend_from_directory('/srv', param)",
    ],
    "html": [
        "from markupsafe import Markup\nreturn Markup('<b>%s</b>') % param",
        "from markupsafe import Markup\nreturn Markup('<b>{}</b>').format(param)",
        "import html\nreturn '<p>' + html.escape(param)",
        "from markupsafe import escape\nreturn f'<p>{escape(param)}'",
        "from helpers import escape_for_html\nreturn f'<p>{escape_for_html(param)}'",
        "from flask import render_template\nreturn render_template('a.html', a=param)",
        "from flask import jsonify\nreturn jsonify(a=param)",
        "return {'a': param}",
        "from flask import Response\nreturn Response(param, mimetype='application/json')",
    ],
    "template": [
        "from flask import render_template_string\nreturn render_template_string('{{ a }}', a=1)"
    ],
    "redirect": [
        "from flask import redirect\nreturn redirect('/user/' + param)",
        "from flask import redirect, url_for\nreturn redirect(url_for('view', a=param))",
        "from flask import redirect\nfrom urllib.parse import urlparse\nurl = urlparse(param)\n"
        "if url.netloc not in ['a.org'] or url.scheme != 'https':\n    return ''\n"
        "return redirect(param)",
        "from flask import redirect\nif not url_has_allowed_host_and_scheme(param, None):\n"
        "    return ''\nreturn redirect(param)",
    ],
    "ssrf": [
        "import requests\nrequests.get('https://api.org/' + param, timeout=1)",
        "import requests\nfrom urllib.parse import urlparse\n"
        "if urlparse(param).hostname in HOSTS:\n    requests.get(param, timeout=1)",
    ],
    "ldap": [
        "import ldap, ldap.filter\nc = ldap.initialize('x')\n"
        "a = ldap.filter.escape_filter_chars(param)\nc.search_s('dc=x', 2, f'(uid={a})')",
    ],
    "nosql": [
        "import pymongo\npymongo.MongoClient().a.b.find({'n': param})",
        "import pymongo\npymongo.MongoClient().a.b.find_one({'n': param, '$where': 'this.a'})",
        "import pymongo\n'text'.find(param)",
        "db.users.find_one(param)",
    ],
    "xpath": [
        "import lxml.etree\nlxml.etree.parse('x').xpath('/a[@id=$i]', i=param)",
        "import elementpath\nif \"'\" in param:\n    return ''\n"
        'elementpath.select(root, "/a[@id=\'" + param + "\']")',
        "import lxml.etree\nbar = param.replace(\"'\", '&apos;')\n"
        "lxml.etree.parse('x').xpath(f\"/a[@id='{bar}']\")",
    ],
    "xml": [
        "import lxml.etree\np = lxml.etree.XMLParser(resolve_entities=False)\n"
        "lxml.etree.fromstring(param, p)",
        "import xml.sax, xml.dom.minidom\np = xml.sax.make_parser()\n"
        "xml.dom.minidom.parseString(param, p)",
    ],
    "entities": ["import defusedxml.ElementTree as ET\nET.fromstring(param)"],
    "deserialise": [
        "import yaml\nyaml.load(param, Loader=yaml.SafeLoader)",
        "import yaml\nyaml.safe_load(param)",
        "import json\njson.loads(param)",
    ],
    "log": ["app.logger.info('x ' + param.replace('\\n', ''))"],
    "header": [
        "from urllib.parse import quote\nresp = app.make()\nresp.headers['A'] = quote(param)"
    ],
    "cookie": ["import secrets\nresp = app.make()\nresp.set_cookie('a', secrets.token_hex())"],
    "regex": ["import re\nre.search(re.escape(param), 'text')"],
    "format": ["'{}'.format(param)"],
    "session": ["from flask import session\nsession['a'] = int(param)"],
}


def test_it_has_both_cases_for_each_family():
    names = {family.name for family in known.FAMILIES}
    assert names == set(BAD) == set(SAFE)


@pytest.mark.parametrize(("family", "body"), [(f, b) for f, bodies in BAD.items() for b in bodies])
def test_it_flags_the_bad_case(family, body):
    assert family in of_view(body)


@pytest.mark.parametrize(("family", "body"), [(f, b) for f, bodies in SAFE.items() for b in bodies])
def test_it_leaves_the_safe_twin_alone(family, body):
    assert family not in of_view(body)
