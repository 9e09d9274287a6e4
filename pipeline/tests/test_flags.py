"""The flag rules: each reports its bad case, and says nothing about the safe twin."""

import ast

import pytest

from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.flags import randomness, uploads
from pipeline.analysis.flags.facts import Facts
from pipeline.analysis.reading import read
from pipeline.analysis.scanners.flags import hits
from pipeline.analysis.source import split_lines

FLASK = "from flask import Flask, request, make_response\napp = Flask(__name__)\n"
SAVE = "@app.post('/u')\ndef up():\n    f = request.files['f']\n"
VIEW = "@app.get('/x')\ndef x():\n    try:\n        return str(work())\n"
AES = "from Crypto.Cipher import AES\nimport os\n"
HASH = "import hashlib, hmac, os\n"
DJANGO = "ROOT_URLCONF = 'u'\nINSTALLED_APPS = []\n"

#: rule, what both share, bad, safe
TWINS = [
    ("cookie-insecure", FLASK, "r.set_cookie('session', v, httponly=True)",
     "r.set_cookie('session', v, httponly=True, secure=True)"),
    ("cookie-insecure", FLASK, "r.set_cookie('x', v, secure=False, httponly=True)",
     "r.set_cookie('theme', v)"),
    ("cookie-readable", FLASK, "r.set_cookie('sid', v, secure=True)",
     "r.set_cookie('sid', '', max_age=0)"),
    ("cookie-readable", FLASK, "r.set_cookie(name, v, httponly=False)", "r.set_cookie(name, v)"),
    ("cookie-readable", "", "SESSION_COOKIE_HTTPONLY = False", "SESSION_COOKIE_HTTPONLY = True"),
    ("cookie-insecure", FLASK, "app.config['SESSION_COOKIE_SECURE'] = False",
     "app.config.update(SESSION_COOKIE_SECURE=True)"),
    ("cookie-insecure", FLASK, "app.config.update(SESSION_COOKIE_SECURE=False)",
     "app.config.update(SESSION_COOKIE_SECURE=True)"),
    ("cookie-insecure", "", "c['sid']['secure'] = False", "c['sid']['secure'] = True"),
    ("token-unverified", "import jwt\n", "jwt.decode(t, options={'verify_signature': False})",
     "jwt.decode(t, k, algorithms=['HS256'])"),
    ("token-unverified", "import jwt\n", "jwt.decode(t, k, verify=False)",
     "jwt.decode(t, k, algorithms=['HS256'], options={'verify_aud': False})"),
    ("token-unverified", "import jwt\n", "jwt.decode(t, k, algorithms=['none'])",
     "jwt.decode(t, k, algorithms=ALLOWED)"),
    ("token-unverified", "import jwt\n", "jwt.encode(p, k, algorithm='none')",
     "jwt.encode(p, k, algorithm='HS256')"),
    ("csrf-off", "from django.views.decorators.csrf import csrf_exempt\n",
     "@csrf_exempt\ndef v(request): pass", "def v(request): pass"),
    ("csrf-off", FLASK, "app.config['WTF_CSRF_ENABLED'] = False",
     "app.config['WTF_CSRF_ENABLED'] = True"),
    ("csrf-off", "", "MIDDLEWARE = ['a.SessionMiddleware']",
     "MIDDLEWARE = ['a.SessionMiddleware', 'b.CsrfViewMiddleware']"),
    ("cors-open", "", "CORS_ALLOW_ALL_ORIGINS = True", "CORS_ALLOW_ALL_ORIGINS = False"),
    ("cors-open", "from flask_cors import CORS\n",
     "CORS(app, origins='*', supports_credentials=True)", "CORS(app, origins='*')"),
    ("weak-cipher", AES, "AES.new(k, AES.MODE_ECB)", "AES.new(k, AES.MODE_GCM)"),
    ("weak-cipher", "from Crypto.Cipher import DES\n", "DES.new(k, DES.MODE_CBC)", "DES.key_size"),
    ("fixed-iv", AES, "AES.new(k, AES.MODE_CBC, b'0' * 16)",
     "AES.new(k, AES.MODE_CBC, os.urandom(16))"),
    ("fixed-iv", AES, "IV = b'1234567890123456'\nAES.new(k, AES.MODE_CBC, iv=IV)",
     "IV = os.urandom(16)\nAES.new(k, AES.MODE_CBC, iv=IV)"),
    ("short-key", "from Crypto.PublicKey import RSA\n", "RSA.generate(1024)", "RSA.generate(3072)"),
    ("weak-hash", HASH, "ALG = 'md5'\nhashlib.new(ALG, d)", "ALG = 'sha256'\nhashlib.new(ALG, d)"),
    ("weak-hash", HASH, "hashlib.new('sha1', d)", "hashlib.new('sha1', d, usedforsecurity=False)"),
    ("weak-hash", HASH, "hmac.new(k, m, hashlib.md5)", "hmac.new(k, m, hashlib.sha256)"),
    ("fast-password-hash", HASH, "hashlib.sha256(password.encode())",
     "hashlib.sha256(body.encode())"),
    ("fast-password-hash", HASH, "hashlib.pbkdf2_hmac('sha256', p, s, 1000)",
     "hashlib.pbkdf2_hmac('sha256', p, s, 600000)"),
    ("fixed-salt", HASH, "hashlib.pbkdf2_hmac('sha256', p, b'salt', 600000)",
     "hashlib.pbkdf2_hmac('sha256', p, os.urandom(16), 600000)"),
    ("guessable-value", "import uuid\n", "session_token = uuid.uuid1()",
     "session_token = uuid.uuid4()"),
    ("guessable-value", "import hashlib, time\n",
     "token = hashlib.sha256(str(time.time()).encode()).hexdigest()",
     "started = hashlib.sha256(str(time.time()).encode()).hexdigest()"),
    ("guessable-value", "import random\n",
     "def f(r):\n    session['me'] = random.gauss(0, 1)",
     "def f(r):\n    return random.gauss(0, 1)"),
    ("open-permissions", "import os\n", "os.makedirs(p, 0o777)", "os.makedirs(p, 0o750)"),
    ("open-permissions", "import os, stat\n", "os.chmod(p, stat.S_IRWXU | stat.S_IRWXO)",
     "os.chmod(p, stat.S_IRWXU | stat.S_IRGRP)"),
    ("open-permissions", "import os\n", "os.umask(0)", "old = os.umask(0)"),
    ("open-permissions", "", "path.chmod(0o666)", "path.chmod(0o600)"),
    ("unchecked-upload", FLASK, SAVE + "    f.save('/srv/' + f.filename)",
     SAVE + "    if allowed(f.filename):\n        f.save('/srv/' + f.filename)"),
    ("debug-on", "from fastapi import FastAPI\n", "app = FastAPI(debug=True)", "app = FastAPI()"),
    ("debug-on", DJANGO, "DEBUG = True", "DEBUG = False"),
    ("debug-on", FLASK, "app.debug = True", "app.debug = False"),
    ("any-host", DJANGO, "ALLOWED_HOSTS = ['*']", "ALLOWED_HOSTS = ['example.org']"),
    ("error-details", FLASK, VIEW + "    except Exception as e:\n        return str(e), 500",
     VIEW + "    except Exception:\n        return 'failed', 500"),
    ("error-details", FLASK, VIEW + "    except Exception as e:\n        return f'no: {e}'",
     VIEW + "    except FormError as e:\n        return f'no: {e}'"),
    ("certificate-unchecked", "import ssl\n", "ctx.verify_mode = ssl.CERT_NONE",
     "ctx.verify_mode = ssl.CERT_REQUIRED"),
    ("certificate-unchecked", "", "ctx.check_hostname = False", "ctx.check_hostname = True"),
    ("certificate-unchecked", "import requests\ns = requests.Session()\n", "s.verify = False",
     "s.verify = '/etc/ca.pem'"),
    ("certificate-unchecked", "import urllib3\n", "urllib3.PoolManager(cert_reqs='CERT_NONE')",
     "urllib3.PoolManager(cert_reqs='CERT_REQUIRED')"),
    ("certificate-unchecked", "import aiohttp\n", "aiohttp.TCPConnector(ssl=False)",
     "aiohttp.TCPConnector(ssl=True)"),
    ("host-key-unchecked", "import asyncssh\n", "asyncssh.connect(h, known_hosts=None)",
     "asyncssh.connect(h)"),
    ("anonymous-bind", "import ldap\nc = ldap.initialize(u)\n", "c.simple_bind_s(dn, '')",
     "c.simple_bind_s(dn, pw)"),
    ("timed-comparison", "import hmac\n", "ok = hmac.new(k, m, 'sha256').hexdigest() == given",
     "ok = hmac.compare_digest(hmac.new(k, m, 'sha256').hexdigest(), given)"),
    ("timed-comparison", "", "if signature == expected_signature: pass",
     "if signature == 'none': pass"),
    ("timed-comparison", "", "ok = signature == computed", "ok = signature_type == expected_type"),
    ("weak-hash", HASH, "hmac.new(k, m, 'md5')", "hmac.new(k, m, 'sha1')"),
    ("cookie-insecure", "", "r.set_cookie('a', v)", "jar.set_cookie(ready)"),
    ("shared-temp-name", "import os, tempfile\n",
     "open(os.path.join(tempfile.gettempdir(), 'app.log'), 'w')",
     "open(os.path.join(tempfile.mkdtemp(), 'app.log'), 'w')"),
    ("archive-path", "import tarfile\n", "tarfile.open(p).extractall(d)",
     "tarfile.open(p).extractall(d, filter='data')"),
    ("archive-path", "import tarfile\n", "with tarfile.open(p) as t:\n    t.extract(m)",
     "with tarfile.open(p) as t:\n    t.extract(m, filter='data')"),
    ("archive-path", "import zipfile, os\n",
     "def f(z, d):\n    for i in z.infolist():\n        open(os.path.join(d, i.filename), 'wb')",
     "def f(z, d):\n    for i in z.infolist():\n        z.extract(i, d)"),
    ("fixed-key", "import jwt, os\n", "jwt.encode(p, 'secret')", "jwt.encode(p, os.environ['K'])"),
    ("fixed-key", FLASK, "app.secret_key = 'development'", "app.secret_key = load_key()"),
    ("fixed-key", "import smtplib\ns = smtplib.SMTP('h')\n", "s.login('me', 'hunter22')",
     "s.login('me', password)"),
    ("xml-entities", "from lxml import etree\n", "etree.XMLParser(resolve_entities=True)",
     "etree.XMLParser(resolve_entities=False)"),
    ("xml-entities", "from xml.sax.handler import feature_external_ges\n",
     "p.setFeature(feature_external_ges, True)", "p.setFeature(feature_external_ges, False)"),
    ("escaping-off", "", "env.autoescape = False", "env.autoescape = True"),
    ("cookie-secret", FLASK, "r.set_cookie('password', p, httponly=True, secure=True)",
     "r.set_cookie('passes_left', p, httponly=True, secure=True)"),
    ("token-unverified", "import python_jwt\n", "python_jwt.process_jwt(t)",
     "python_jwt.verify_jwt(t, k, ['HS256'])"),
    ("plain-mail", "import smtplib\n", "s = smtplib.SMTP('mail.example.com', 587)",
     "s = smtplib.SMTP('mail.example.com', 587)\ns.starttls(context=c)"),
    ("plain-mail", "import smtplib\n", "smtplib.SMTP('mail.example.com')",
     "smtplib.SMTP('localhost')"),
    ("empty-password", "import MySQLdb\n", "MySQLdb.connect(user='root', passwd='')",
     "MySQLdb.connect(user='root', passwd=os.environ['PW'])"),
    ("empty-password", "", "D = {'ENGINE': 'd.mysql', 'HOST': 'h', 'USER': 'u', 'PASSWORD': ''}",
     "D = {'ENGINE': 'd.sqlite3', 'HOST': '', 'USER': '', 'PASSWORD': ''}"),
    ("empty-password", "", "URL = 'postgresql://app:@db/app'", "URL = 'postgresql://app@db/app'"),
    ("fixed-password", "", "ok = password == 'opensesame'", "ok = password == stored"),
    ("fixed-password", "", "ok = form['password'] != 'opensesame'", "ok = form['password'] != ''"),
    ("fixed-password", HASH, "ok = hashlib.sha256(password).hexdigest() == '" + "0f" * 32 + "'",
     "ok = hashlib.sha256(body).hexdigest() == '" + "0f" * 32 + "'"),
    ("encoded-password", "import base64\n", "ok = base64.b64decode(row[0]) == password",
     "ok = base64.b64decode(row[0]) == body"),
    ("markup-by-pattern", "import re\n", "re.sub(r'<script.*?>.*?</script>', '', text)",
     "re.sub(r'<br>', '\\n', text)"),
    ("host-by-substring", "", "ok = 'example.com' in url", "ok = 'example.com' in names"),
    ("host-by-substring", "import re\n", "re.compile('(www|beta).example.com/')",
     r"re.compile(r'(www|beta)\.example\.com/')"),
    ("joined-filter", "import boto3\n", "t.scan(FilterExpression=name + ' = :u')",
     "t.scan(FilterExpression='user = :u')"),
]  # fmt: skip


def rules(code: str) -> set[str]:
    return {hit.rule for hit in hits(read(code))}


@pytest.mark.parametrize(("rule", "head", "bad", "safe"), TWINS)
def test_it_flags_the_bad_case_and_not_its_safe_twin(rule: str, head: str, bad: str, safe: str):
    assert rule in rules(f"{head}{bad}\n")
    assert rule not in rules(f"{head}{safe}\n")


def test_it_stands_where_the_problem_stands():
    code = "import jwt\n\ndef f(t, é):\n    return jwt.decode(t, é, verify=False)\n"
    (hit,) = hits(read(code))
    assert (hit.line, hit.end_line, hit.column) == (4, 4, 12)


def test_it_leaves_tests_alone():
    code = "import pytest\ndef test_it(app):\n    app.config['WTF_CSRF_ENABLED'] = False\n"
    assert rules(code) == set()


def test_it_refuses_what_python_cannot_parse_here():
    with pytest.raises(TaskRefused):
        rules("a" + ".b" * 20_000 + "()\n")


def test_it_reads_a_long_function_once_and_not_for_every_call():
    code = "def f():\n" + "    f.save(p)\n    random.gauss()\n" * 2_000
    facts = Facts(ast.parse("import random\n" + code), split_lines(code))
    assert list(uploads.look(facts)) == list(randomness.look(facts)) == []
    assert len(facts._said) <= 4
