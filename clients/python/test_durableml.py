"""What the client sends and makes of the answers, against a server that plays them: python3 -m unittest clients/python/test_durableml.py"""

import datetime
import http.server
import json
import os
import tempfile
import threading
import unittest

from durableml import Client, DurableMlError


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.requests = []
        self.answers = []
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                test.requests.append((self.command, self.path, json.loads(body) if body else None, self.headers.get("x-functions-key")))
                status, document = test.answers.pop(0)
                content = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.client = Client("http://127.0.0.1:%d" % self.server.server_port, key="secret")

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def test_rows_are_columns_of_texts_and_answers_are_rows(self):
        self.answers.append((200, {"outputs": [
            {"name": "label", "shape": [2], "data": ["Adelie", "Gentoo"]}, {"name": "scores", "shape": [2, 2], "data": [0.9, 0.1, 0.2, 0.8]}]}))

        rows = self.client.infer("a b", [{"island": "Dream", "mass": 3700, "tagged": True}, {"island": None}], version="canary")

        self.assertEqual([{"label": "Adelie", "scores": [0.9, 0.1]}, {"label": "Gentoo", "scores": [0.2, 0.8]}], rows)
        method, path, body, key = self.requests[0]
        self.assertEqual(("POST", "/v2/models/a%20b/versions/canary/infer", "secret"), (method, path, key))
        self.assertEqual(["Dream", None], body["inputs"][0]["data"])
        self.assertEqual(["3700", None], body["inputs"][1]["data"])
        self.assertEqual(["true", None], body["inputs"][2]["data"])

    def test_values_are_sent_as_training_reads_them(self):
        class Scalar:
            def item(self):
                return 8.0

        self.answers.append((200, {"outputs": [{"name": "mpg", "shape": [5], "data": [1, 2, 3, 4, 5]}]}))
        self.client.infer("m", [{"a": 4.0}, {"a": 1.5}, {"a": float("nan")}, {"a": datetime.date(2026, 1, 31)}, {"a": Scalar()}])

        self.assertEqual(["4", "1.5", None, "2026-01-31", "8"], self.requests[0][2]["inputs"][0]["data"])

    def test_images_are_sent_as_the_files_that_they_are(self):
        self.answers.append((200, {"outputs": [{"name": "label", "shape": [1], "data": ["seven"]}]}))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "7.png")
            with open(path, "wb") as file:
                file.write(b"\x01\x02\x03")

            self.assertEqual([{"label": "seven"}], self.client.infer_images("digits", [path]))

        self.assertEqual([{"name": "image", "datatype": "BYTES", "shape": [1], "data": ["AQID"]}], self.requests[0][2]["inputs"])

    def test_no_rows_are_no_request(self):
        self.assertEqual([], self.client.infer("m", []))
        self.assertEqual([], self.client.infer_images("m", []))
        self.assertEqual([], self.requests)

    def test_a_run_is_waited_for_until_it_has_ended(self):
        self.answers += [(200, {"runtimeStatus": "Running"}), (200, {"runtimeStatus": "Completed", "state": "published"})]

        self.assertEqual("published", self.client.wait("run-1", interval=0.01)["state"])
        self.assertEqual(["/api/pipelines/run-1"] * 2, [path for _, path, _, _ in self.requests])

    def test_who_does_not_wait_any_longer_is_told(self):
        self.answers += [(200, {"runtimeStatus": "Running"})] * 1000

        with self.assertRaises(TimeoutError) as raised:
            self.client.wait("run-1", timeout=0, interval=0.01)
        self.assertEqual("run run-1 is Running", str(raised.exception))

    def test_runs_are_read_page_by_page(self):
        self.answers += [(200, {"runs": [{"runId": "b"}], "continuationToken": "x y"}), (200, {"runs": [{"runId": "a"}], "continuationToken": None})]

        self.assertEqual(["b", "a"], [run["runId"] for run in self.client.runs()])
        self.assertEqual("/api/pipelines?continuationToken=x%20y", self.requests[1][1])

    def test_each_verb_has_its_path(self):
        self.answers += [(202, {})] * 2 + [(200, {"champion": "3"}), (200, {}), (200, {"rules": []}), (202, {"id": "score-1"}), (200, {"state": "completed"})]

        self.client.cancel("run-1")
        self.client.resume("run-1")
        self.assertEqual({"champion": "3"}, self.client.alias("m", "champion", "3"))
        self.client.alias("m", "champion", None)
        self.client.traffic("m")
        self.assertEqual("score-1", self.client.score("m", "raw/new/", format="jsonl"))
        self.assertEqual("completed", self.client.score_status("score-1")["state"])

        self.assertEqual([
            ("POST", "/api/pipelines/run-1/cancel", None),
            ("POST", "/api/pipelines/run-1/resume", None),
            ("PUT", "/api/models/m/aliases/champion", {"version": "3"}),
            ("DELETE", "/api/models/m/aliases/champion", None),
            ("GET", "/api/models/m/traffic", None),
            ("POST", "/api/models/m/score", {"input": "raw/new/", "format": "jsonl"}),
            ("GET", "/api/scores/score-1", None),
        ], [request[:3] for request in self.requests])

    def test_a_scoring_is_waited_for(self):
        self.answers += [(200, {"runtimeStatus": "Running"}), (200, {"runtimeStatus": "Completed", "output": {"examples": 3, "failed": 1}})]

        self.assertEqual({"examples": 3, "failed": 1}, self.client.wait_score("score-1", interval=0)["output"])
        self.answers += [(200, {"runtimeStatus": "Running"})]
        with self.assertRaises(TimeoutError):
            self.client.wait_score("score-1", timeout=0, interval=0)

    def test_what_is_deleted_says_what_went_and_what_is_in_use_says_why_not(self):
        self.answers += [(200, {"blobs": 3})] * 5 + [(409, {"title": "Conflict", "detail": "alias 'champion' names version 1"})]

        self.assertEqual({"blobs": 3}, self.client.delete_model("a b"))
        self.client.delete_version("m", "2")
        self.client.delete_run("run-1")
        self.client.delete_dataset("d")
        self.client.delete_dataset("d", "0a")
        with self.assertRaises(DurableMlError) as raised:
            self.client.delete_version("m", "1")

        self.assertEqual([
            ("DELETE", "/api/models/a%20b"), ("DELETE", "/api/models/m/versions/2"), ("DELETE", "/api/pipelines/run-1"),
            ("DELETE", "/api/datasets/d"), ("DELETE", "/api/datasets/d?version=0a"), ("DELETE", "/api/models/m/versions/1"),
        ], [request[:2] for request in self.requests])
        self.assertIn("alias 'champion' names version 1", str(raised.exception))

    def test_a_refusal_is_an_error_with_all_that_is_wrong(self):
        self.answers.append((400, {"title": "The pipeline is not valid.", "errors": [{"path": "$.name", "reason": "is required"}]}))

        with self.assertRaises(DurableMlError) as raised:
            self.client.run({})
        self.assertEqual(400, raised.exception.status)
        self.assertIn("$.name", str(raised.exception))
        self.assertEqual("is required", raised.exception.problem["errors"][0]["reason"])


if __name__ == "__main__":
    unittest.main()
