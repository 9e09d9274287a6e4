"""Values from outside in the paths of files."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity


def _saved_as(call: Call) -> list[Value]:
    """The name under which an uploaded file is stored."""
    return call.args[:1] if call.receiver.taints_from_outside else []


def _is_no_path(value: Value) -> bool:
    """Bytes in memory and uploaded files are read themselves; their names are something else."""
    return "upload" in value.traits or value.name in ("io.BytesIO()", "io.StringIO()")


PATH = Family(
    name="path",
    about=Explanation(
        22,
        Severity.HIGH,
        "A value from outside chooses a file",
        "The path is put together with it and not checked against the folder it must stay in.",
        "With ../ or an absolute path other files of the server can be read, replaced or deleted.",
        "Resolve the path and refuse it unless it is_relative_to the folder; or take the base name "
        "alone, or a name from a fixed list.",
    ),
    sinks=(
        Sink(
            words(
                "open io.open codecs.open os.open os.fdopen builtins.open aiofiles.open"
                " tarfile.open zipfile.ZipFile gzip.open bz2.open lzma.open shelve.open"
                " os.remove os.unlink os.rmdir os.removedirs os.mkdir os.makedirs os.listdir"
                " os.scandir os.walk os.chmod os.chown os.truncate os.readlink os.stat"
                " shutil.rmtree shutil.unpack_archive linecache.getline linecache.getlines"
                " flask.send_file flask.helpers.send_file send_file"
                " django.http.FileResponse starlette.responses.FileResponse"
                " fastapi.responses.FileResponse bottle.static_file aiohttp.web.FileResponse"
                " numpy.load numpy.fromfile pandas.read_csv PIL.Image.open"
                " logging.FileHandler"
            ),
            names=words("file path filename path_or_file fname name_or_path"),
            local=False,
        ),
        Sink(
            words(
                "os.rename os.replace os.link os.symlink os.renames shutil.copy shutil.copy2"
                " shutil.copyfile shutil.copytree shutil.move shutil.copymode"
            ),
            until=1,
            names=words("src dst"),
            local=False,
        ),
        Sink(words("*.save"), choose=_saved_as),
        Sink(
            words(
                "*.read_text *.read_bytes *.write_text *.write_bytes *.unlink *.rmdir *.mkdir"
                " *.open *.touch *.iterdir *.rename"
            ),
            choose=lambda c: [c.receiver] if "path" in c.receiver.traits else [],
            local=False,
        ),
    ),
    joined_only=True,
    harmless=_is_no_path,
    cleaners=words(
        "os.path.basename ntpath.basename posixpath.basename werkzeug.utils.secure_filename"
        " *.secure_filename werkzeug.utils.safe_join werkzeug.security.safe_join"
        " flask.safe_join django.utils._os.safe_join *.get_valid_filename"
        " flask.send_from_directory glob.escape"
    ),
)
FAMILIES = (PATH,)
