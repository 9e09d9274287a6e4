import argparse
import subprocess
import sys

def convert(source, target):
    done = subprocess.run(["sh", "-c", f"ffmpeg -i {source} {target}"], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
    return done.returncode

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("target")
    options = parser.parse_args()
    sys.exit(convert(options.source, options.target))

if __name__ == "__main__":
    main()
