// Drives the emulator with Microsoft's own JavaScript client (@azure/batch 10.2.0, REST 2022-10-01.16.0) and prints what it saw as JSON.
"use strict";
const { client, until, text, code } = require("./common");

async function main() {
  const seen = {};
  await client.pool.add({
    id: "js", vmSize: "standard_d2s_v5", targetDedicatedNodes: 2, taskSlotsPerNode: 2,
    virtualMachineConfiguration: {
      imageReference: { publisher: "canonical", offer: "ubuntu-24_04-lts", sku: "server" }, nodeAgentSKUId: "batch.node.ubuntu 24.04",
    },
    taskSchedulingPolicy: { nodeFillType: "Pack" },
    metadata: [{ name: "a", value: "b" }],
  });
  const pool = await until(() => client.pool.get("js"), (p) => p.allocationState === "steady" && p.currentDedicatedNodes === 2);
  seen.pool = { state: pool.state, fill: pool.taskSchedulingPolicy.nodeFillType, created: pool.creationTime instanceof Date };
  seen.poolExists = (await client.pool.exists("js")).body;
  seen.poolMissing = (await client.pool.exists("nope")).body;
  const nodes = await until(() => client.computeNode.list("js"), (n) => n.length === 2 && n.every((x) => x.state === "idle"));
  seen.nodes = nodes.map((n) => n.schedulingState);
  seen.counts = (await client.account.listPoolNodeCounts())[0].dedicated.idle;

  await client.job.add({ id: "js-job", poolInfo: { poolId: "js" }, usesTaskDependencies: true });
  seen.jobTwice = await code(() => client.job.add({ id: "js-job", poolInfo: { poolId: "js" } }));
  seen.noPool = await code(() => client.job.add({ id: "other", poolInfo: { poolId: "absent" } }));
  await client.task.add("js-job", { id: "one", commandLine: "/bin/sh -c 'echo hello; exit 0'", constraints: { maxTaskRetryCount: 1 } });
  const many = await client.task.addCollection("js-job", [
    { id: "two", commandLine: "true", dependsOn: { taskIds: ["one"] } },
    { id: "one", commandLine: "true" },
  ]);
  seen.added = many.value.map((r) => [r.taskId, r.status, r.error ? r.error.code : ""]);
  const task = await until(() => client.task.get("js-job", "one"), (t) => t.state === "completed");
  seen.task = { exitCode: task.executionInfo.exitCode, result: task.executionInfo.result, ended: task.executionInfo.endTime instanceof Date };
  await until(() => client.task.get("js-job", "two"), (t) => t.state === "completed");
  seen.stdout = await text(await client.file.getFromTask("js-job", "one", "stdout.txt"));
  const properties = await client.file.getPropertiesFromTask("js-job", "one", "stdout.txt");
  seen.length = Number(properties.contentLength);
  seen.directory = properties.ocpBatchFileIsdirectory;
  seen.files = (await client.file.listFromTask("js-job", "one", { recursive: true })).map((f) => f.name);
  seen.taskCounts = (await client.job.getTaskCounts("js-job")).taskCounts;

  for (let i = 0; i < 5; i++) await client.task.add("js-job", { id: "page" + i, commandLine: "true" });
  const first = await client.task.list("js-job", { taskListOptions: { maxResults: 3, select: "id" } });
  const ids = first.map((t) => t.id);
  let next = first.odatanextLink;
  while (next) {
    const page = await client.task.listNext(next);
    ids.push(...page.map((t) => t.id));
    next = page.odatanextLink;
  }
  seen.paged = ids;
  seen.filtered = (await client.task.list("js-job", { taskListOptions: { filter: "startswith(id,'page') and id ne 'page3'" } })).map((t) => t.id);

  await client.job.terminate("js-job", { terminateReason: "enough" });
  const job = await until(() => client.job.get("js-job"), (j) => j.state === "completed");
  seen.reason = job.executionInfo.terminateReason;
  seen.late = await code(() => client.task.add("js-job", { id: "late", commandLine: "true" }));
  await client.job.deleteMethod("js-job");
  seen.gone = await until(() => code(() => client.job.get("js-job")), (c) => c !== "none");
  await client.pool.resize("js", { targetDedicatedNodes: 1, nodeDeallocationOption: "taskCompletion" });
  await until(() => client.pool.get("js"), (p) => p.allocationState === "steady" && p.currentDedicatedNodes === 1);
  await client.pool.deleteMethod("js");
  seen.poolGone = await until(() => code(() => client.pool.get("js")), (c) => c !== "none");
  seen.unsupported = await code(() => client.certificate.list());
  console.log(JSON.stringify(seen));
}

main().catch((e) => {
  console.error(e.stack, e.body ? JSON.stringify(e.body) : "");
  process.exit(1);
});
