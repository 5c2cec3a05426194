// The operations that client.js does not come to, with the same client.
"use strict";
const { client, until, text, code } = require("./common");

const state = (s) => (x) => x.state === s;

async function steady(id) {
  return until(() => client.pool.get(id), (p) => p.allocationState === "steady");
}

async function pools(seen) {
  await client.pool.add({ id: "js", vmSize: "standard_d2s_v5", targetDedicatedNodes: 2, enableInterNodeCommunication: true });
  await steady("js");
  await client.pool.patch("js", { metadata: [{ name: "a", value: "b" }] });
  const before = await client.pool.get("js");
  await client.pool.updateProperties("js", { certificateReferences: [], applicationPackageReferences: [], metadata: [] });
  const [after] = await client.pool.list();
  seen.metadata = [before.metadata[0].value, after.metadata.map((m) => m.value).join()];
  seen.condition = await code(() => client.pool.patch("js", { metadata: [] }, { poolPatchOptions: { ifMatch: before.eTag } }));
  await client.pool.enableAutoScale("js", { autoScaleFormula: "$TargetDedicatedNodes = 2", autoScaleEvaluationInterval: "PT10M" });
  seen.evaluated = (await client.pool.evaluateAutoScale("js", "$TargetDedicatedNodes = 5")).results;
  await client.pool.disableAutoScale("js");
  await client.pool.stopResize("js");
  await steady("js");
  seen.images = (await client.account.listSupportedImages()).length;
}

async function nodes(seen) {
  const [node] = await until(() => client.computeNode.list("js"), (n) => n.length === 2 && n.every(state("idle")));
  const get = () => client.computeNode.get("js", node.id);
  seen.nodeStates = [];
  await client.computeNode.disableScheduling("js", node.id, { nodeDisableSchedulingOption: "TaskCompletion" });
  seen.nodeStates.push((await get()).state);
  await client.computeNode.enableScheduling("js", node.id);
  seen.nodeStates.push((await get()).state);
  await client.computeNode.reboot("js", node.id, { nodeRebootOption: "Requeue" });
  seen.nodeStates.push((await until(get, state("idle"))).state);
  await client.computeNode.reimage("js", node.id);
  seen.nodeStates.push((await until(get, state("idle"))).state);
}

async function jobs(seen) {
  await client.job.add({
    id: "js-job", poolInfo: { poolId: "js" }, jobPreparationTask: { commandLine: "/bin/sh -c 'echo hello > $AZ_BATCH_NODE_SHARED_DIR/prepared'" },
  });
  seen.job = [];
  await client.job.disable("js-job", "Requeue");
  seen.job.push((await until(() => client.job.get("js-job"), state("disabled"))).state);
  await client.job.patch("js-job", { priority: 7 });
  const [job] = await client.job.list({ jobListOptions: { filter: "startswith(id,'js-')" } });
  seen.job.push(job.priority);
  await client.job.update("js-job", { poolInfo: { poolId: "js" }, priority: 3, metadata: [{ name: "x", value: "y" }] });
  seen.job.push((await client.job.get("js-job")).state);
  await client.job.enable("js-job");
  seen.job.push((await client.job.get("js-job")).state);

  await client.task.add("js-job", { id: "long", commandLine: "sleep 600" });
  await until(() => client.task.get("js-job", "long"), state("running"));
  await client.task.update("js-job", "long", { constraints: { maxTaskRetryCount: 2 } });
  await client.task.terminate("js-job", "long");
  const ended = await until(() => client.task.get("js-job", "long"), state("completed"));
  seen.task = [ended.executionInfo.failureInfo.code, ended.executionInfo.result];
  const status = await client.job.listPreparationAndReleaseTaskStatus("js-job");
  seen.preparation = status[0].jobPreparationTaskExecutionInfo.result;
  const nodeId = ended.nodeInfo.nodeId;
  seen.nodeFile = await text(await client.file.getFromComputeNode("js", nodeId, "shared/prepared"));
  await client.file.getPropertiesFromComputeNode("js", nodeId, "shared/prepared");
  await client.file.listFromComputeNode("js", nodeId, { recursive: true });
  await client.file.deleteFromComputeNode("js", nodeId, "shared/prepared");
  await client.file.deleteFromTask("js-job", "long", "stdout.txt");
  seen.deletedFile = await code(() => client.file.getFromComputeNode("js", nodeId, "shared/prepared"));
  await client.task.reactivate("js-job", "long");
  await client.task.deleteMethod("js-job", "long");
  seen.task.push(await code(() => client.task.get("js-job", "long")));

  await client.task.add("js-job", { id: "multi", commandLine: "true", multiInstanceSettings: { numberOfInstances: 2, coordinationCommandLine: "true" } });
  await until(() => client.task.get("js-job", "multi"), state("completed"));
  const [subtask] = (await client.task.listSubtasks("js-job", "multi")).value;
  seen.subtask = [subtask.id, subtask.state, subtask.exitCode];
  await client.job.deleteMethod("js-job");
}

async function schedules(seen) {
  seen.schedule = [];
  const get = () => client.jobSchedule.get("js-schedule");
  await client.jobSchedule.add({ id: "js-schedule", schedule: { recurrenceInterval: "PT1H" }, jobSpecification: { poolInfo: { poolId: "js" } } });
  seen.schedule.push((await get()).state);
  await until(() => client.job.listFromJobSchedule("js-schedule"), (j) => j.length === 1);
  await client.jobSchedule.disable("js-schedule");
  seen.schedule.push((await get()).state);
  await client.jobSchedule.enable("js-schedule");
  seen.schedule.push((await get()).state);
  await client.jobSchedule.patch("js-schedule", { metadata: [{ name: "a", value: "b" }] });
  await client.jobSchedule.update("js-schedule", await get());
  seen.schedules = (await client.jobSchedule.list()).map((s) => s.id);
  await client.jobSchedule.terminate("js-schedule");
  const ended = await until(get, state("completed"));
  seen.schedule.push(ended.state, ended.executionInfo.recentJob.id);
  seen.schedule.push((await client.jobSchedule.exists("js-schedule")).body);
  await client.jobSchedule.deleteMethod("js-schedule");
  seen.schedule.push((await client.jobSchedule.exists("js-schedule")).body);
}

async function main() {
  const seen = {};
  await pools(seen);
  await nodes(seen);
  await jobs(seen);
  await schedules(seen);
  const [first] = await client.computeNode.list("js");
  await steady("js");
  await client.pool.removeNodes("js", { nodeList: [first.id], nodeDeallocationOption: "Terminate" });
  seen.nodesLeft = (await until(() => client.computeNode.list("js"), (n) => n.length === 1)).length;
  console.log(JSON.stringify(seen));
}

main().catch((e) => {
  console.error(e.stack, e.body ? JSON.stringify(e.body) : "");
  process.exit(1);
});
