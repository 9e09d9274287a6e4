"""Ordinary code of web programs, in which a value from outside does no harm, has no findings."""

import pytest

from pipeline.tests.flowing import rules

HEAD = """from flask import Flask, request, session, redirect, url_for, render_template, jsonify
from flask import send_file, make_response, flash, Response, abort
from sqlalchemy import select
import os, io, re, json, uuid, hashlib, requests, subprocess
app = Flask(__name__)
@app.route('/x/<name>')
def v(name):
"""
BODIES = [
    "u = User.query.filter_by(name=request.form['n']).first()\nreturn f'Hi {u.name}'",
    "rows = db.session.execute(select(User).where(User.name.like(request.args['n']))).scalars()\n"
    "return render_template('x.html', rows=rows)",
    "ids = request.form.getlist('id')\n"
    "q = 'select * from t where id in (%s)' % ','.join('?' for _ in ids)\n"
    "cur.execute(q, ids)\n"
    "return jsonify(ok=1)",
    "d = {}\nd[name] = 1\nreturn d",
    "data = request.get_json()\nreturn data, 201",
    "f = request.files['f']\nimg = Image.open(f)\nreturn send_file(io.BytesIO(img.tobytes()))",
    "buf = io.BytesIO(request.data)\nreturn send_file(buf)",
    "r = requests.get('https://api.example.org/s', params={'q': request.args['q']}, timeout=3)\n"
    "return jsonify(r.json())",
    "return redirect(url_for('v', name=name))",
    "return redirect(request.url)",
    "try:\n    n = int(name)\nexcept ValueError:\n    return 'bad', 400\nreturn f'{n}'",
    "flash('Hello ' + name)\nreturn redirect('/')",
    "out = subprocess.run(['convert', name, 'o.png'], capture_output=True)\nreturn 'ok'",
    "items = [i for i in ITEMS if i.name == name]\nreturn jsonify([i.to_dict() for i in items])",
    "if name not in os.listdir('/srv'):\n    return 'no', 404\nreturn send_file('/srv/' + name)",
    "page = request.args.get('page', 1, type=int)\nreturn f'<p>{page}'",
    "x = request.args.get('sort')\n"
    "order = {'a': 'a asc', 'b': 'b desc'}.get(x, 'a asc')\n"
    "cur.execute('select * from t order by ' + order)\n"
    "return 'ok'",
    "x = request.args.get('sort')\n"
    "if x not in ALLOWED_COLUMNS:\n"
    "    x = 'id'\n"
    "cur.execute(f'select * from t order by {x}')\n"
    "return 'ok'",
    "resp = make_response(render_template('x.html', n=name))\nresp.headers['X'] = 'y'\nreturn resp",
    "return Response(json.dumps({'a': name}), content_type='application/json')",
    "h = hashlib.sha256(name.encode()).hexdigest()\n"
    "with open(f'/srv/{h}', 'wb') as f:\n"
    "    f.write(request.data)\n"
    "return h",
    "f = request.files['f']\nf.save(os.path.join('/srv', f'{uuid.uuid4()}.png'))\nreturn 'ok'",
    "if not re.match(r'^[\\w-]{1,20}$', name):\n"
    "    abort(400)\n"
    "os.system('ls ' + name)\n"
    "return 'ok'",
    "form = LoginForm(request.form)\n"
    "if form.validate():\n"
    "    return render_template('a.html', form=form)\n"
    "return jsonify(form.errors)",
    "return User.query.get_or_404(name).to_json()",
    "safe = name.replace('..', '')\nreturn 'ok'",
]


@pytest.mark.parametrize("body", BODIES)
def test_it_has_nothing_to_say_about_ordinary_code(body):
    assert rules(HEAD + "".join(f"    {line}\n" for line in body.split("\n"))) == set()
