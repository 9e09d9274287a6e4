"""What well-known functions and methods do to the values that go through them."""

from __future__ import annotations

from pipeline.analysis.dataflow.wordlists import names

# Their result holds nothing of their arguments that could do harm anywhere.
CLEAN = names(
    """int float bool complex len hash id ord abs round isinstance issubclass callable range
    uuid.UUID uuid.uuid4 decimal.Decimal ipaddress.ip_address ipaddress.ip_network
    ipaddress.IPv4Address ipaddress.IPv6Address datetime.datetime.strptime
    datetime.datetime.fromisoformat datetime.date.fromisoformat hmac.new hmac.compare_digest
    hmac.digest time.time datetime.datetime.now datetime.date.today math.floor math.ceil
    binascii.crc32 zlib.crc32 secrets.token_hex secrets.token_urlsafe secrets.randbelow
    random.randint random.random random.randrange os.getpid os.getcwd
    werkzeug.security.generate_password_hash werkzeug.security.check_password_hash
    bcrypt.hashpw bcrypt.checkpw crypt.crypt django.contrib.auth.hashers.make_password
    os.path.exists os.path.isfile os.path.isdir os.path.getsize flask.url_for
    django.urls.reverse super type"""
)
CLEAN_MODULES = ("hashlib.", "secrets.", "random.", "math.", "time.", "statistics.")
CLEAN_METHODS = names(
    """find rfind index rindex count startswith endswith isdigit isalpha isalnum isnumeric
    isdecimal isidentifier isspace isupper islower istitle hexdigest digest bit_length timestamp
    fileno is_relative_to exists is_file is_dir __len__ is_absolute"""
)
# A result made of the arguments alone: constant or clean where they are.
PURE = names(
    """str bytes bytearray repr ascii format list tuple set frozenset dict sorted reversed
    enumerate zip map filter iter next max min sum chr print textwrap.dedent copy.copy
    copy.deepcopy string.Template operator.add functools.reduce operator.concat vars
    configparser.ConfigParser configparser.RawConfigParser configparser.SafeConfigParser
    collections.OrderedDict collections.defaultdict collections.deque collections.namedtuple
    io.StringIO io.BytesIO types.SimpleNamespace typing.cast memoryview ord anext"""
)
PURE_MODULES = (
    "base64.", "urllib.parse.", "os.path.", "json.dumps", "re.", "codecs.", "html.", "binascii.",
    "itertools.", "textwrap.", "markupsafe.", "string.", "pathlib.", "shlex.", "posixpath.",
    "ntpath.", "quopri.", "copy.", "operator.", "unicodedata.", "struct.", "functools.",
    "dataclasses.", "collections.",
)  # fmt: skip
PURE_METHODS = names(
    """lower upper strip lstrip rstrip title capitalize swapcase casefold replace split rsplit
    splitlines partition rpartition encode decode removeprefix removesuffix join format format_map
    zfill ljust rjust center expandtabs translate group groups groupdict resolve absolute
    expanduser joinpath with_suffix with_name as_posix relative_to getvalue copy items values keys
    geturl _replace hex tobytes substitute safe_substitute"""
)
# Another form of the same value: a check of the form is a check of the value.
VIEWS = names(
    """str bytes pathlib.Path pathlib.PurePath pathlib.PosixPath pathlib.PurePosixPath
    urllib.parse.urlparse urllib.parse.urlsplit urllib.parse.unquote urllib.parse.unquote_plus
    os.path.realpath os.path.abspath os.path.normpath os.fspath os.path.expanduser
    urlparse.urlparse typing.cast repr set list tuple os.path.splitext"""
)
VIEW_METHODS = names(
    """lower upper strip lstrip rstrip casefold resolve absolute as_posix encode decode split
    rsplit partition expanduser removesuffix geturl"""
)
RESOLVING = names("""os.path.realpath os.path.abspath os.path.normpath resolve absolute""")
PATHS = names(
    """pathlib.Path pathlib.PurePath pathlib.PosixPath pathlib.PurePosixPath pathlib.PureWindowsPath
    pathlib.Path.cwd pathlib.Path.home"""
)
# Looking something up by a value gives what was stored, not the value.
LOOKUPS = names(
    """get filter filter_by exclude query execute executemany fetchone fetchall fetchmany search
    find find_one find_all find_by first one all select get_or_404 get_object_or_404 objects
    get_or_create count exists lookup getitem scalar scalars aggregate order_by update delete
    insert insert_one save add add_all commit send sendall publish put delete_one update_one
    authenticate check_password login verify has_perm get_by_id close flush setdefault read
    readline readlines recv"""
)
ENDING = names(
    """flask.abort abort sys.exit os._exit exit quit os.abort werkzeug.exceptions.abort
    bottle.abort"""
)
# Decoders bring back what an encoder has made harmless.
UNDOING = names(
    """base64.b64decode base64.urlsafe_b64decode base64.standard_b64decode base64.b32decode
    base64.b16decode base64.decodebytes binascii.unhexlify binascii.a2b_base64 html.unescape
    urllib.parse.unquote urllib.parse.unquote_plus urllib.parse.parse_qs codecs.decode
    bytes.fromhex xml.sax.saxutils.unescape"""
)
