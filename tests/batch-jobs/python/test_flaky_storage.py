import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
import unittest
import urllib.parse

from support import JOBS, Azurite, FolderTestCase, make_dataset
from blobs import BlobContainer

JOB = """
import hashlib, json, os
folder = os.environ["DML_CHECKPOINT"]
for epoch in range(1, 6):
    open(folder + "/state.tmp", "w").write(str(epoch)); os.replace(folder + "/state.tmp", folder + "/state")
    open(os.environ["DML_OUTPUT"] + "/metrics.jsonl", "a").write(json.dumps({"epoch": epoch}) + "\\n")
    __import__("time").sleep(0.3)
names = sorted(name for name in os.listdir(os.environ["DML_DATASET"]) if name.endswith(".npy"))
hashes = {name: hashlib.sha256(open(os.environ["DML_DATASET"] + "/" + name, "rb").read()).hexdigest() for name in names}
json.dump(hashes, open(os.environ["DML_OUTPUT"] + "/hashes.json", "w"))
"""


class FlakyStorageTests(FolderTestCase):
    @classmethod
    def setUpClass(cls):
        cls.azurite = Azurite()
        cls.addClassCleanup(cls.azurite.stop)

    def test_a_trial_survives_refusals_lost_answers_and_cut_bodies(self):
        source = make_dataset(os.path.join(self.folder, "dataset"))
        direct = self.azurite.container("runs")
        datasets = BlobContainer(self.azurite.container("datasets"))
        for name in os.listdir(source):
            datasets.upload("bands/1/" + name, os.path.join(source, name))
        proxy = FlakyProxy(self.azurite.port)
        self.addCleanup(proxy.close)
        grant = self.azurite.grant(
            os.path.join(self.folder, "grant.json"), proxy.through(direct), "run/trials/trial-000",
            proxy.through(self.azurite.container("datasets", "r")), "bands/1", os.listdir(source))
        done = subprocess.run([sys.executable, os.path.join(JOBS, "runner", "runner.py"), "--grant", grant, "--", "python3", "-c", JOB],
                              cwd=self.make("wd"), env=dict(os.environ, DML_SYNC_SECONDS="0.1", AZ_BATCH_NODE_SHARED_DIR=self.make("shared")), timeout=120, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(proxy.faults), {"refused", "lost", "cut"})
        runs = BlobContainer(direct)
        with open(os.path.join(source, "manifest.json")) as file:
            manifest = json.load(file)
        wanted = {shard[part]["file"]: shard[part]["sha256"] for split in manifest["splits"].values()
                  for shard in split["shards"] for part in ("features", "labels")}
        self.assertEqual(json.loads(runs.get("run/trials/trial-000/output/hashes.json")[0]), wanted)
        self.assertIsNone(runs.get("run/trials/trial-000/starts/1-2.json")[0], "a lost answer was taken for another start")
        pointer = json.loads(runs.get("run/trials/trial-000/checkpoint/latest.json")[0])
        self.assertEqual(runs.get("run/trials/trial-000/checkpoint/%s/state" % pointer["slot"])[0], b"5")
        self.assertEqual(json.loads(runs.get("run/trials/trial-000/output/result.json")[0])["metrics"]["epoch"]["last"], 5)


class FlakyProxy(http.server.ThreadingHTTPServer):
    """Passes requests on to the blob service; every third one meets a fault, each kind in turn, but no blob twice in a row."""

    daemon_threads = True

    def __init__(self, port):
        self.port = port
        self.lock = threading.Lock()
        self.requests = 0
        self.faults = []
        self.troubled = set()
        super().__init__(("127.0.0.1", 0), FlakyHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def through(self, url):
        parts = urllib.parse.urlsplit(url)
        return parts._replace(netloc="127.0.0.1:%d" % self.server_port).geturl()

    def next_fault(self, path):
        with self.lock:
            self.requests += 1
            if self.requests % 3 or path in self.troubled:
                self.troubled.discard(path)
                return None
            self.troubled.add(path)
            return ("refused", "lost", "cut")[self.requests // 3 % 3]

    def close(self):
        self.shutdown()
        self.server_close()


class FlakyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.handle_one()

    do_HEAD = do_PUT = do_GET

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.next_fault(self.path)
        if fault:
            self.server.faults.append(fault)
        if fault == "refused":
            self.reply(503, {"Retry-After": "0", "x-ms-error-code": "ServerBusy"}, b"busy")
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
        finally:
            upstream.close()
        if fault:
            # The service has done it; the caller does not hear so, or hears half of it.
            if fault == "cut" and self.command != "HEAD":
                self.wfile.write(b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n" % (answer.status, len(content) + 10) + content)
            self.close_connection = True
            return
        headers = {name.title(): value for name, value in answer.getheaders() if name.lower().startswith(("x-ms-", "etag", "content-"))}
        self.reply(answer.status, headers, content)

    def reply(self, status, headers, content):
        self.send_response(status)
        for name, value in dict({"Content-Length": str(len(content))}, **headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    unittest.main()
