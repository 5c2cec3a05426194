// Mounts and auto-storage containers, with Microsoft's own JavaScript client against Azurite.
"use strict";
const { client, until, text, code } = require("./common");
const [accountName, accountKey] = process.argv.slice(6);

const done = (id) => until(() => client.task.get("js-job", id), (t) => t.state === "completed");
const blobs = (change) => ({
  azureBlobFileSystemConfiguration: Object.assign({ accountName, accountKey, containerName: "mounted", relativeMountPath: "data/in" }, change),
});

async function main() {
  const seen = {};
  const pool = { id: "js", vmSize: "standard_d2s_v5", targetDedicatedNodes: 1 };
  await client.pool.add({
    ...pool,
    mountConfiguration: [blobs({})],
    startTask: {
      commandLine: "/bin/sh -c 'cat $AZ_BATCH_NODE_MOUNTS_DIR/data/in/deep/a.txt auto/lib.txt'", resourceFiles: [{ autoStorageContainerName: "auto", filePath: "auto" }],
    },
  });
  const [node] = await until(() => client.computeNode.list("js"), (n) => n.length === 1 && (n[0].state === "idle" || n[0].state === "starttaskfailed"));
  seen.startTask = await text(await client.file.getFromComputeNode("js", node.id, "startup/stdout.txt"));
  const mount = (await client.pool.get("js")).mountConfiguration[0].azureBlobFileSystemConfiguration;
  seen.mount = [mount.containerName, mount.relativeMountPath, mount.accountKey === undefined];

  await client.job.add({
    id: "js-job", poolInfo: { poolId: "js" },
    jobPreparationTask: { commandLine: "/bin/sh -c 'cp lib.txt $AZ_BATCH_NODE_SHARED_DIR/'", resourceFiles: [{ autoStorageContainerName: "auto", blobPrefix: "lib" }] },
  });
  await client.task.add("js-job", {
    id: "writes", resourceFiles: [{ autoStorageContainerName: "auto" }],
    commandLine: "/bin/sh -c 'cat lib.txt $AZ_BATCH_NODE_SHARED_DIR/lib.txt; cd $AZ_BATCH_NODE_MOUNTS_DIR/data/in; mkdir out; echo new > out/b.txt; rm deep/a.txt'",
  });
  seen.writes = (await done("writes")).executionInfo.result;
  seen.stdout = await text(await client.file.getFromTask("js-job", "writes", "stdout.txt"));

  const refused = (id, mountConfiguration) => code(() => client.pool.add({ ...pool, id, mountConfiguration: [mountConfiguration] }));
  seen.refused = [
    await refused("nfs", { nfsMountConfiguration: { source: "server:/share", relativeMountPath: "s" } }),
    await refused("cifs", { cifsMountConfiguration: { source: "//server/share", username: "u", password: "p", relativeMountPath: "s" } }),
    await refused("files", { azureFileShareConfiguration: { accountName, accountKey, azureFileUrl: "https://x/y", relativeMountPath: "s" } }),
    await refused("stranger", blobs({ accountName: "stranger" })),
    await refused("outside", blobs({ relativeMountPath: "../out" })),
  ];
  console.log(JSON.stringify(seen));
}

main().catch((e) => {
  console.error(e.stack, e.body ? JSON.stringify(e.body) : "");
  process.exit(1);
});
