"""Downloads the Debian packages of packages.txt and records what they are.

    python fetch.py DEB_DIR                 # apt-get download, needs Debian's apt
    python fetch.py DEB_DIR --list USED.json OUT.json   # version, hash, licences, characters kept

Nothing is installed.  Licences are the headline names in each package's
copyright file; they are not an audit.
"""
import hashlib, json, os, re, subprocess, sys, tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
FAMILIES = (("GFDL", r"GFDL|GNU Free Documentation"), ("GPL", r"\b(?<!L)GPL|GNU General Public"), ("LGPL", r"LGPL|Lesser General"), ("Apache-2.0", r"Apache"),
            ("MIT/X11", r"\bMIT\b|\bX11\b|Expat"), ("BSD", r"BSD|Redistribution and use in source and binary"), ("CC-BY-SA", r"CC[- ]BY[- ]SA|Attribution-ShareAlike"),
            ("CC-BY", r"CC[- ]BY(?![- ]SA)"), ("PSF", r"Python Software Foundation"), ("PostgreSQL", r"PostgreSQL"), ("Artistic", r"Artistic"),
            ("WordNet", r"WordNet"), ("public domain", r"[Pp]ublic[ -][Dd]omain"), ("MPL", r"Mozilla Public|MPL"), ("Perl", r"\bPerl\b.*licen[cs]e"), ("permission notice", r"[Pp]ermission (is|to)"))


def download(folder):
    os.makedirs(folder, exist_ok=True)
    names = open(HERE + "/packages.txt").read().split()
    for i in range(0, len(names), 12):
        subprocess.run(["apt-get", "download"] + names[i:i + 12], cwd=folder, check=False)


def licences(deb):
    proc = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
    text = ""
    with tarfile.open(fileobj=proc.stdout, mode="r|") as tar:
        for m in tar:
            if m.isfile() and re.search(r"/usr/share/doc/[^/]+/copyright$", m.name):
                text = tar.extractfile(m).read().decode("utf-8", "replace")
                break
    proc.stdout.close()
    proc.kill()
    proc.wait()
    return [name for name, pattern in FAMILIES if re.search(pattern, text)] or ["see the package"]


def describe(folder, used, out):
    used, rows = json.load(open(used)), []
    for f in sorted(os.listdir(folder)):
        name, version = f.split("_")[:2]
        if used.get(name):
            rows.append({"package": name, "version": version.replace("%3a", ":"), "sha256": hashlib.sha256(open(folder + "/" + f, "rb").read()).hexdigest(),
                         "licences": licences(folder + "/" + f), "characters": used[name]})
    with open(out, "w") as f:
        f.write("[\n" + ",\n".join(" " + json.dumps(r) for r in rows) + "\n]\n")


if __name__ == "__main__":
    describe(sys.argv[1], sys.argv[3], sys.argv[4]) if "--list" in sys.argv else download(sys.argv[1])
