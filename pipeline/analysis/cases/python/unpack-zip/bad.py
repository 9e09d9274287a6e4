import os
import zipfile

def unpack(path, target):
    names = []
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            destination = os.path.join(target, info.filename)
            os.makedirs(os.path.dirname(destination), exist_ok=True)
            with open(destination, "wb") as out:
                out.write(archive.read(info))
            names.append(info.filename)
    return names
