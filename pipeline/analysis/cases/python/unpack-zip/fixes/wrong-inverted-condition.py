import os
import zipfile

def unpack(path, target):
    names = []
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            destination = os.path.realpath(os.path.join(target, info.filename))
            if destination.startswith(os.path.realpath(target) + os.sep):
                raise ValueError(f"unsafe name: {info.filename}")
            os.makedirs(os.path.dirname(destination), exist_ok=True)
            with open(destination, "wb") as out:
                out.write(archive.read(info))
            names.append(info.filename)
    return names
