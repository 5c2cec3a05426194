// Loaded with `node --require`: ends a server that `durableml up` started when `up` is gone, however it ended. Its death
// closes the pipe on our standard input. SIGTERM lets Azurite write its metadata, which it otherwise saves every 5 s.
if (process.env.DURABLEML_PARENT_WATCH === "1") {
  // Nobody reads the output any more either; a broken pipe must not end us before the metadata is written.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  process.stdin.on("close", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 10_000).unref();
  });
  process.stdin.resume();
  process.stdin.unref?.();
}
