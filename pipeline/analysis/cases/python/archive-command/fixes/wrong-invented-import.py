import argparse
import safe_archiver

def archive(folder, target):
    result = safe_archiver.pack(folder, target)
    return result.returncode

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("target")
    options = parser.parse_args()
    return archive(options.folder, options.target)
