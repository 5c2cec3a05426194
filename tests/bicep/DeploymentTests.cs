namespace Bicep.Tests;

/// <summary>What the deployments would make, held against the checks.</summary>
[TestClass]
public sealed class DeploymentTests
{
    private const string LongestName = "an-environment-with-a-name-as-long-as-the-parameter-allows-abcde";

    /// <summary>Everything that can be turned on.</summary>
    private const string Everything = $"""
        param environmentName = '{LongestName}'
        param location = 'eastus'
        param durableBackend = 'DurableTaskScheduler'
        param privateNetworking = true
        param serving = true
        param servingImage = 'example.azurecr.io/durableml/serving:1'
        param entraClientId = '33333333-3333-3333-3333-333333333333'
        param operatorPrincipalId = '44444444-4444-4444-4444-444444444444'
        param nodeKind = 'gpu'
        param monthlyBudget = 100
        param trialRetentionDays = 30
        param alertEmails = ['someone@example.com']
        """;

    private const string Least = """
        param environmentName = 'x'
        param location = 'eastus'
        param maxDedicatedNodes = 0
        """;

    private static Deployment cheap = null!;
    private static Deployment production = null!;
    private static Deployment everything = null!;
    private static Deployment least = null!;

    public TestContext TestContext { get; set; } = null!;

    private static IEnumerable<(string Name, Deployment Deployment)> All => [("cheap", cheap), ("production", production), ("everything", everything), ("least", least)];

    [ClassInitialize]
    public static async Task PredictAsync(TestContext context)
    {
        string main = Path.Combine(Compiler.Folder, "main.bicep");
        cheap = await Compiler.DeployAsync(Path.Combine(Compiler.Folder, "cheap.bicepparam"), context.CancellationToken);
        production = await Compiler.DeployAsync(Path.Combine(Compiler.Folder, "production.bicepparam"), context.CancellationToken);
        everything = await Compiler.DeployAsync(main, Everything, context.CancellationToken);
        least = await Compiler.DeployAsync(main, Least, context.CancellationToken);
    }

    [TestMethod]
    public void Every_role_assignment_has_a_reason_and_the_smallest_scope() => AssertNothing(Checks.RoleAssignments);

    [TestMethod]
    public void Sign_ins_by_key_are_off_everywhere() => AssertNothing(Checks.KeysOff);

    [TestMethod]
    public void Names_fit_however_long_the_environment_s_name_is() => AssertNothing(Checks.NamesFit);

    [TestMethod]
    public void Everything_that_takes_tags_has_them() => AssertNothing(Checks.Tags);

    [TestMethod]
    public async Task No_key_or_secret_appears()
    {
        AssertNothing("main.bicep", Checks.Secrets(await Compiler.TemplateAsync(Path.Combine(Compiler.Folder, "main.bicep"), TestContext.CancellationToken)));
        // The one key that is read: Event Grid shows it to the webhook of the app.
        AssertNothing("subscriptions.bicep", Checks.Secrets(
            await Compiler.TemplateAsync(Path.Combine(Compiler.Folder, "subscriptions.bicep"), TestContext.CancellationToken),
            "listKeys(resourceId('Microsoft.Web/sites/host', parameters('functionAppName'), 'default'), '2025-03-01').systemKeys.blobs_extension"));
    }

    [TestMethod]
    public void Every_setting_that_is_read_is_set_and_every_one_that_is_set_is_read()
    {
        AssertNothing("cheap", AppSetting.Check(cheap.AppSettings, scheduler: false, dedicatedPool: true));
        AssertNothing("production", AppSetting.Check(production.AppSettings, scheduler: false, dedicatedPool: true));
        AssertNothing("everything", AppSetting.Check(everything.AppSettings, scheduler: true, dedicatedPool: true));
        AssertNothing("least", AppSetting.Check(least.AppSettings, scheduler: false, dedicatedPool: false));
    }

    [TestMethod]
    public void There_are_the_containers_of_the_design()
    {
        string[] data = [.. cheap.Of("Microsoft.Storage/storageAccounts/blobServices/containers").Where(container => container.Name.StartsWith("stdata", StringComparison.Ordinal)).Select(container => container.OwnName)];
        CollectionAssert.AreEquivalent(new[] { "raw", "datasets", "jobs", "runs", "models", "workflows" }, data);
    }

    [TestMethod]
    public void Trials_are_deleted_only_where_a_retention_was_chosen()
    {
        Assert.Contains("delete-trials", Rules(cheap));
        Assert.DoesNotContain("delete-trials", Rules(production));

        static string Rules(Deployment deployment) => deployment.Of("Microsoft.Storage/storageAccounts/managementPolicies").Single().Properties.GetRawText();
    }

    [TestMethod]
    public void A_private_network_leaves_no_public_way_to_storage()
    {
        foreach (Resource account in everything.Of("Microsoft.Storage/storageAccounts"))
        {
            Assert.AreEqual("Disabled", account.Property("publicNetworkAccess")!.Value.GetString());
            Assert.AreEqual("Deny", account.Property("networkAcls", "defaultAction")!.Value.GetString());
        }

        Assert.IsTrue(everything.Of("Microsoft.Batch/batchAccounts/pools").All(pool =>
            pool.Property("networkConfiguration", "publicIPAddressConfiguration", "provision")!.Value.GetString() == "NoPublicIPAddresses"));
        Assert.AreEqual(0, cheap.Of("Microsoft.Network/virtualNetworks").Count());
    }

    [TestMethod]
    public void What_is_off_is_not_there()
    {
        foreach (string type in (string[])["Microsoft.App/managedEnvironments", "Microsoft.DurableTask/schedulers", "Microsoft.Consumption/budgets", "Microsoft.Network/privateEndpoints"])
        {
            Assert.AreEqual(0, least.Of(type).Count(), type);
            Assert.AreNotEqual(0, everything.Of(type).Count(), type);
        }
    }

    [TestMethod]
    public void Flex_Consumption_gets_its_settings_where_it_takes_them()
    {
        Resource app = production.Of("Microsoft.Web/sites").Single();
        Assert.AreEqual("dotnet-isolated 10.0", $"{app.Property("functionAppConfig", "runtime", "name")} {app.Property("functionAppConfig", "runtime", "version")}");
        Assert.AreEqual("4096", app.Property("functionAppConfig", "scaleAndConcurrency", "instanceMemoryMB").ToString());
        // Flex refuses these two among the settings.
        CollectionAssert.DoesNotContain(production.AppSettings.ToArray(), "FUNCTIONS_WORKER_RUNTIME");
        CollectionAssert.DoesNotContain(production.AppSettings.ToArray(), "FUNCTIONS_EXTENSION_VERSION");
    }

    private static void AssertNothing(Func<Deployment, IReadOnlyList<string>> check)
    {
        foreach ((string name, Deployment deployment) in All)
        {
            AssertNothing(name, check(deployment));
        }
    }

    private static void AssertNothing(string name, IReadOnlyList<string> errors) => Assert.AreEqual("", string.Join('\n', errors), name);
}
