import argparse
import subprocess

def archive(folder, target):
    result = subprocess.run(f"tar -czf {target} {folder}", shell=True, check=True)
    return result.returncode

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("target")
    options = parser.parse_args()
    return archive(options.folder, options.target)
