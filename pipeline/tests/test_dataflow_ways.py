"""Values are followed through assignments, containers, helpers and branches, constants folded."""

import pytest

from pipeline.tests.flowing import of_view, reaches, rules

TAINTED = {
    "assignment": "bar = param",
    "annotated": "bar: str = param",
    "unpacking": "other, bar = 'x', param",
    "starred": "first, *bar = param.split()",
    "sum": "bar = 'ls ' + param",
    "long sum": "bar = " + "'a' + " * 400 + "param",
    "added to": "bar = 'ls '\nbar += param",
    "percent": "bar = 'ls %s' % param",
    "format": "bar = 'ls {0} {1}'.format('x', param)",
    "format of a dict": "d = {'bar': param}\nbar = 'ls {0[bar]}'.format(d)",
    "f-string": "bar = f'ls {param!s}'",
    "join": "bar = ' '.join(['ls', param])",
    "string methods": "bar = param.strip().lower().replace('a', 'b')",
    "slice": "whole = f'42{param}abcd'\nbar = whole[len('42'):len(whole) - 5]",
    "base64": "import base64\ntmp = base64.b64encode(param.encode())\n"
    "bar = base64.b64decode(tmp).decode()",
    "walrus": "if (bar := param):\n    pass",
    "ternary": "bar = param if len(param) > 3 else 'x'",
    "folded ternary": "num = 106\nbar = 'never' if 7 * 18 + num > 500 else param",
    "folded if": "num = 86\nif 7 * 42 - num > 200:\n    bar = 'always'\nelse:\n    bar = param\n"
    "if 1 > 2:\n    pass\nelse:\n    bar = param",
    "open branch": "bar = 'x'\nif os.path.exists('y'):\n    bar = param",
    "or": "bar = param or 'x'",
    "dict": "d = {}\nd['a'] = 'x'\nd['b'] = param\nbar = d['b']",
    "dict, unknown key": "d = {'a': 'x', 'b': param}\nbar = d[os.name]",
    "dict get": "bar = {'a': param}.get('a')",
    "dict values": "bar = ' '.join({'a': param}.values())",
    "list": "lst = ['safe', param, 'x']\nlst.pop(0)\nbar = lst[0]",
    "list, appended": "lst = []\nlst.append('safe')\nlst.append(param)\nbar = lst[-1]",
    "settings": "import configparser\nc = configparser.ConfigParser()\nc.add_section('s')\n"
    "c.set('s', 'a', 'x')\nc.set('s', 'b', param)\nbar = c.get('s', 'b')",
    "loop": "bar = ''\nfor name in request.form.keys():\n    if name:\n"
    "        bar = name\n        break",
    "carried round": "bar = before = 'x'\nfor i in range(3):\n    bar = before\n    before = param",
    "while": "bar = ''\nwhile not bar:\n    bar = param",
    "try": "try:\n    bar = param\nexcept KeyError:\n    bar = 'x'",
    "with": "import io\nwith io.StringIO(param) as f:\n    bar = f.getvalue()",
    "comprehension": "bar = [x for x in param.split() if x][0]",
    "match": "match 'ABC'[0]:\n    case 'A':\n        bar = param\n    case _:\n        bar = 'x'",
    "lambda": "f = lambda x: 'ls ' + x\nbar = f(param)",
    "helper": "def h(a, b='x'):\n    c = b\n    return c\nbar = h('y', b=param)",
    "class": "class T:\n    def do(self, p):\n        return p\nbar = T().do(param)",
    "attribute": "class T:\n    def __init__(self, p):\n        self.p = p\n"
    "    def do(self):\n        return self.p\nbar = T(param).do()",
    "unknown helper": "import helpers\nbar = helpers.make().do_something(param)",
    "unquoted": "import urllib.parse\nbar = urllib.parse.unquote_plus(param)",
    "header": "bar = request.headers.get('X')",
    "query string": "q = request.query_string.decode()\nbar = q[q.find('a=') + 2:]",
    "wrapped request": "import helpers\nw = helpers.request_wrapper(request)\n"
    "bar = w.get_form_parameter('x')",
    "ending only": "def allowed_file(n):\n    return n.rsplit('.', 1)[1] in {'png'}\n"
    "if allowed_file(param):\n    bar = param",
    "no test in a helper": "def is_safe(x):\n    return len(x) > 2\n"
    "bar = param if is_safe(param) else ''",
    "weak test": "if param in 'abc':\n    pass\nbar = param",
}
CLEAN = {
    "constant": "bar = 'ls'",
    "replaced": "bar = param\nbar = 'ls'",
    "folded ternary": "num = 6\nbar = 'always' if 7 * 18 + num > 20 else param",
    "folded if": "num = 86\nif 7 * 42 - num > 200:\n    bar = 'x'\nelse:\n    bar = param",
    "dict": "d = {}\nd['a'] = 'x'\nd['b'] = param\nbar = d['b']\nbar = d['a']",
    "looked up": "bar = {'a': 'x', 'b': 'y'}[param]",
    "looked up, get": "bar = {'a': 'x'}.get(param, 'z')",
    "list": "lst = ['safe', param, 'x']\nlst.pop(0)\nbar = lst[1]",
    "list, appended": "lst = []\nlst.append('safe')\nlst.append(param)\nbar = lst[0]",
    "inserted": "lst = [param]\nlst.insert(0, 'x')\nbar = lst[0]",
    "settings": "import configparser\nc = configparser.ConfigParser()\nc.add_section('s')\n"
    "c.set('s', 'a', 'x')\nc.set('s', 'b', param)\nbar = c.get('s', 'a')",
    "number": "bar = str(int(param))",
    "number format": "bar = f'{param:d}'",
    "length": "bar = 'x' * len(param)",
    "hash": "import hashlib\nbar = hashlib.sha256(param.encode()).hexdigest()",
    "match": "match 'ABC'[1]:\n    case 'A':\n        bar = param\n    case 'B':\n"
    "        bar = 'x'\n    case _:\n        bar = param",
    "allowed": "if param not in {'a', 'b'}:\n    return 'no'\nbar = param",
    "allowed, here": "bar = 'x'\nif param in ('a', 'b'):\n    bar = param",
    "allowed, aborted": "from flask import abort\nif param not in ALLOWED:\n"
    "    abort(400)\nbar = param",
    "allowed, continued": "for param in param.split():\n    if param not in ['a']:\n"
    "        continue\n    bar = param\n    os.system(bar)\nbar = ''",
    "equal": "if param == 'a' or param == 'b':\n    bar = param\nelse:\n    bar = 'x'",
    "matched": "import re\nif not re.fullmatch(r'[a-z]+', param):\n    return ''\nbar = param",
    "matched, compiled": "import re\nP = re.compile('^[a-z0-9_]+$')\nif not P.match(param):\n"
    "    raise ValueError\nbar = param",
    "matched, kept": "import re\nm = re.fullmatch('[a-z]+', param)\nif not m:\n    return ''\n"
    "bar = param",
    "allowed, in a helper": "def h(x):\n    low = x.lower()\n    return low in ('a', 'b')\n"
    "if not h(param):\n    return ''\nbar = param",
    "valid": "import checks\nbar = param if checks.is_valid(param) else ''",
    "allowed, by a name": "ok = param in ['a', 'b']\nbar = param if ok else ''",
    "plain characters": "bar = param if param.isalnum() else ''",
    "all else removed": "import re\nbar = re.sub(r'[^a-z0-9]', '', param)",
    "case": "match param:\n    case 'a' | 'b':\n        bar = param\n"
    "    case _:\n        bar = 'x'",
    "helper": "def h(a, b):\n    return b\nbar = h(param, 'y')",
    "class": "class T:\n    def do(self, p):\n        p = 'x'\n        return p\n"
    "bar = T().do(param)",
    "dead branch": "bar = 'x'\nif False:\n    bar = param",
}


@pytest.mark.parametrize("name", TAINTED)
def test_it_follows_a_value_to_the_sink(name):
    assert reaches(TAINTED[name])


@pytest.mark.parametrize("name", CLEAN)
def test_it_does_not_flag_what_is_constant_or_cleaned(name):
    assert not reaches(CLEAN[name])


def test_it_follows_a_value_into_a_helper_with_the_sink():
    assert rules("import os, sys\ndef run(c):\n    os.system(c)\nrun(sys.argv[1])\n") == {"shell"}
    assert rules("import os, sys\ndef run(c):\n    os.system(c)\nrun('ls')\n") == set()


def test_it_tells_the_way():
    from pipeline.analysis.dataflow import scan
    from pipeline.tests.flowing import FIRST, HEAD

    code = HEAD + "    bar = 'ls ' + param\n    os.system(bar)\n"
    (finding,) = scan.task({"code": code})["findings"]
    assert finding["line"] == FIRST + 1
    said = f"It comes from the web request in line {FIRST - 1} by way of request.form, param, bar"
    assert finding["description"].startswith(f"{said} and reaches os.system. ")


def test_it_says_nothing_of_values_that_nobody_sent():
    assert of_view("os.system(os.path.join(BASE, 'x'))\nunknown(param)") == set()


def test_a_handler_sees_what_a_name_held_before_the_statement_that_failed():
    code = "x = 1\ntry:\n    x = param\n    x = int(x)\nexcept ValueError:\n    os.system(str(x))"
    assert "shell" in of_view(code)


def test_a_handler_sees_nothing_of_a_name_that_was_always_clean():
    code = "x = 1\ntry:\n    x = int(param)\nexcept ValueError:\n    os.system(str(x))"
    assert "shell" not in of_view(code)
