using System.Text.Json.Nodes;

namespace Azure.Compute.Batch.Tests.Pools;

[TestClass]
public sealed class PoolTests
{
    [TestMethod]
    public async Task A_pool_is_sent_as_the_rest_api_wants_it()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));
        var image = new BatchVmImageReference { Publisher = "microsoft-dsvm", Offer = "ubuntu-hpc", Sku = "2404", Version = "latest" };
        var pool = new BatchPoolCreateOptions("spot", "Standard_NC4as_T4_v3")
        {
            VirtualMachineConfiguration = new VirtualMachineConfiguration(image, "batch.node.ubuntu 24.04")
            {
                ContainerConfiguration = new BatchContainerConfiguration(ContainerType.DockerCompatible)
                {
                    ContainerImageNames = { "durableml/image-classifier:1" },
                    ContainerRegistries =
                    {
                        new ContainerRegistryReference
                        {
                            RegistryServerUri = new Uri("https://registry.example"),
                            IdentityReference = new BatchNodeIdentityReference
                            {
                                ResourceId = new Azure.Core.ResourceIdentifier("/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"),
                            },
                        },
                    },
                },
                DataDisks = { new DataDisk(0, 64) { Caching = CachingType.ReadOnly, StorageAccountType = StorageAccountType.StandardSSDLRS } },
            },
            EnableAutoScale = true,
            AutoScaleFormula = "$TargetLowPriorityNodes = 1;",
            AutoScaleEvaluationInterval = TimeSpan.FromMinutes(5),
            TaskSlotsPerNode = 2,
            TaskSchedulingPolicy = new BatchTaskSchedulingPolicy(BatchNodeFillType.Pack),
            StartTask = new BatchStartTask("/bin/sh -c 'nvidia-smi'") { WaitForSuccess = true, MaxTaskRetryCount = 1 },
            EnableInterNodeCommunication = true,
            NetworkConfiguration = new NetworkConfiguration { DynamicVnetAssignmentScope = DynamicVNetAssignmentScope.None },
            UpgradePolicy = new UpgradePolicy(UpgradeMode.Automatic) { AutomaticOsUpgradePolicy = new AutomaticOsUpgradePolicy { EnableAutomaticOsUpgrade = true } },
        };

        await service.Client().CreatePoolAsync(pool);

        Assert.AreEqual("POST /pools", $"{service.Request.Method} {service.Request.Path}");
        JsonNode expected = JsonNode.Parse("""
            {
              "id": "spot", "vmSize": "Standard_NC4as_T4_v3",
              "virtualMachineConfiguration": {
                "imageReference": { "publisher": "microsoft-dsvm", "offer": "ubuntu-hpc", "sku": "2404", "version": "latest" },
                "nodeAgentSKUId": "batch.node.ubuntu 24.04",
                "dataDisks": [{ "lun": 0, "caching": "readonly", "diskSizeGB": 64, "storageAccountType": "standardssd_lrs" }],
                "containerConfiguration": {
                  "type": "dockerCompatible", "containerImageNames": ["durableml/image-classifier:1"],
                  "containerRegistries": [{
                    "registryServer": "https://registry.example/",
                    "identityReference": { "resourceId": "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i" }
                  }]
                }
              },
              "enableAutoScale": true, "autoScaleFormula": "$TargetLowPriorityNodes = 1;", "autoScaleEvaluationInterval": "PT5M",
              "enableInterNodeCommunication": true, "networkConfiguration": { "dynamicVNetAssignmentScope": "none" },
              "startTask": { "commandLine": "/bin/sh -c 'nvidia-smi'", "maxTaskRetryCount": 1, "waitForSuccess": true },
              "taskSlotsPerNode": 2, "taskSchedulingPolicy": { "nodeFillType": "pack" },
              "upgradePolicy": { "mode": "automatic", "automaticOSUpgradePolicy": { "enableAutomaticOSUpgrade": true } }
            }
            """)!;
        Assert.IsTrue(JsonNode.DeepEquals(expected, service.Request.Json), service.Request.Text);
    }

    [TestMethod]
    public async Task A_pool_is_read()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {"id":"spot","url":"https://a/pools/spot","eTag":"0x8D","lastModified":"2026-01-01T00:00:00Z","creationTime":"2026-01-01T00:00:00Z",
             "state":"active","stateTransitionTime":"2026-01-01T00:00:00Z","allocationState":"steady","allocationStateTransitionTime":"2026-01-01T00:00:01Z",
             "vmSize":"standard_d2_v3","resizeTimeout":"PT15M","currentDedicatedNodes":0,"currentLowPriorityNodes":3,"targetDedicatedNodes":0,"targetLowPriorityNodes":4,
             "resizeErrors":[{"code":"AllocationTimedout","message":"m","values":[{"name":"n","value":"v"}]}],
             "virtualMachineConfiguration":{"imageReference":{"publisher":"p","exactVersion":"1.2.3"},"nodeAgentSKUId":"batch.node.ubuntu 24.04"},
             "autoScaleRun":{"timestamp":"2026-01-01T00:00:00Z","results":"$TargetDedicatedNodes=0;$TargetLowPriorityNodes=4"},
             "identity":{"type":"UserAssigned","userAssignedIdentities":[{"resourceId":"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"}]},
             "metadata":null,"taskSlotsPerNode":1}
            """));

        BatchPool pool = await service.Client().GetPoolAsync("spot");

        Assert.AreEqual(AllocationState.Steady, pool.AllocationState);
        Assert.AreEqual((3, 4), (pool.CurrentLowPriorityNodes, pool.TargetLowPriorityNodes));
        Assert.AreEqual(TimeSpan.FromMinutes(15), pool.ResizeTimeout);
        Assert.AreEqual("v", pool.ResizeErrors.Single().Values.Single().Value);
        Assert.AreEqual("1.2.3", pool.VirtualMachineConfiguration.ImageReference.ExactVersion);
        StringAssert.Contains(pool.AutoScaleRun.Results, "$TargetLowPriorityNodes=4");
        Assert.AreEqual("i", pool.Identity.UserAssignedIdentities.Single().ResourceId.Name);
        Assert.IsEmpty(pool.Metadata, "A list that the service sends as null is empty.");
    }

    [TestMethod]
    public async Task A_resize_is_done_when_the_pool_has_settled()
    {
        await using RecordingService service = await RecordingService.StartAsync(
            new Answer(202), new Answer(200, """{"id":"p","allocationState":"resizing"}"""), new Answer(200, """{"id":"p","allocationState":"steady"}"""));

        ResizePoolOperation operation = await service.Client().ResizePoolAsync(
            "p", new BatchPoolResizeOptions { TargetDedicatedNodes = 0, TargetLowPriorityNodes = 2, NodeDeallocationOption = BatchNodeDeallocationOption.TaskCompletion });
        BatchPool pool = await operation.WaitForCompletionAsync(TimeSpan.FromMilliseconds(1), default);

        Assert.AreEqual(AllocationState.Steady, pool.AllocationState);
        Assert.AreEqual("""{"targetDedicatedNodes":0,"targetLowPriorityNodes":2,"nodeDeallocationOption":"taskcompletion"}""", service.Requests[0].Text);
    }

    [TestMethod]
    public async Task Removing_nodes_names_them()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(202));

        await service.Client().RemoveNodesAsync("p", new BatchNodeRemoveOptions(["n1", "n2"]));

        Assert.AreEqual("""{"nodeList":["n1","n2"]}""", service.Request.Text);
    }

    [TestMethod]
    public async Task A_formula_is_evaluated()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {"timestamp":"2026-01-01T00:00:00Z","results":"","error":{"code":"InvalidFormula","message":"m","values":[]}}
            """));

        AutoScaleRun run = await service.Client().EvaluatePoolAutoScaleAsync("p", new BatchPoolEvaluateAutoScaleOptions("$x=1;"));

        Assert.AreEqual("""{"autoScaleFormula":"$x=1;"}""", service.Request.Text);
        Assert.AreEqual("InvalidFormula", run.Error.Code);
    }

    [TestMethod]
    public async Task Replacing_properties_sends_empty_lists_too()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(204));

        await service.Client().ReplacePoolPropertiesAsync("p", new BatchPoolReplaceOptions([], []));

        Assert.AreEqual("""{"applicationPackageReferences":[],"metadata":[]}""", service.Request.Text);
    }

    [TestMethod]
    public async Task Nodes_are_counted_by_state()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """
            {"value":[{"poolId":"p","dedicated":{"total":0},"lowPriority":{"creating":1,"idle":2,"preempted":3,"startTaskFailed":4,"upgradingOS":5,"total":15}}]}
            """));

        BatchPoolNodeCounts counts = service.Client().GetPoolNodeCounts(filter: "poolId eq 'p'").Single();

        Assert.AreEqual((1, 2, 3, 4, 5, 15), (counts.LowPriority.Creating, counts.LowPriority.Idle, counts.LowPriority.Preempted, counts.LowPriority.StartTaskFailed, counts.LowPriority.UpgradingOs, counts.LowPriority.Total));
    }
}
