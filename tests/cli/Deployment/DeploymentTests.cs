using System.Runtime.Versioning;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Deployment;
using DurableMl.Cli.Hosting;

namespace Cli.Tests.Deployment;

/// <summary>Deploying with a program in the place of <c>az</c> that notes what it is asked.</summary>
[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class DeploymentTests
{
    private readonly TemporaryFolder folder = new();
    private readonly StringWriter output = new();

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancelled => TestContext.CancellationToken;

    private string[] Asked => File.ReadAllLines(folder["asked"]);

    [TestCleanup]
    public void Delete() => folder.Dispose();

    [TestMethod]
    public async Task Deploy_compiles_the_files_deploys_them_publishes_the_app_and_subscribes_it()
    {
        await Deploying().RunAsync(new DeploymentPlan("trial", "westeurope", "cheap"), preview: false, Cancelled);

        string[] asked = Asked;
        Assert.AreEqual("account show --output json", asked[0]);
        Assert.StartsWith("ad signed-in-user show", asked[1]);
        Assert.StartsWith("deployment sub create --name durableml-trial --location westeurope --template-file", asked[2]);
        Assert.StartsWith("functionapp deployment source config-zip --resource-group rg-trial --name func-x --src", asked[3]);
        Assert.StartsWith("deployment group create --resource-group rg-trial --name subscriptions", asked[4]);
        Assert.Contains("functionAppName=func-x eventTopicName=evgt-x", asked[4]);

        string parameters = await File.ReadAllTextAsync(folder["state/deployments/trial/parameters.json"], Cancelled);
        Assert.Contains("\"westeurope\"", parameters);
        Assert.Contains("44444444-4444-4444-4444-444444444444", parameters);
        Assert.Contains("\"$schema\"", await File.ReadAllTextAsync(folder["state/deployments/trial/main.json"], Cancelled));
        Assert.Contains("https://func-x.azurewebsites.net", output.ToString());
    }

    [TestMethod]
    public async Task A_preview_deploys_nothing()
    {
        await Deploying().RunAsync(new DeploymentPlan("trial", "westeurope", "cheap"), preview: true, Cancelled);
        Assert.StartsWith("deployment sub what-if", Asked[^1]);
        Assert.IsFalse(Asked.Any(line => line.Contains("create", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_parameter_file_that_is_not_there_is_named_before_anything_is_done()
    {
        CliException exception = await Assert.ThrowsExactlyAsync<CliException>(() => Deploying().RunAsync(new DeploymentPlan("trial", "westeurope", "dear"), preview: false, Cancelled));
        Assert.Contains("dear.bicepparam", exception.Message);
        Assert.IsFalse(File.Exists(folder["asked"]));
    }

    [TestMethod]
    public async Task Without_the_Azure_CLI_the_message_says_where_to_get_it()
    {
        var deploying = new Deploying(new AzureCli(folder["no-such-program"]), Layout(), output);
        CliException exception = await Assert.ThrowsExactlyAsync<CliException>(() => deploying.RunAsync(new DeploymentPlan("trial", "westeurope", "cheap"), preview: false, Cancelled));
        Assert.Contains("install-azure-cli", exception.Message);
    }

    [TestMethod]
    public async Task Destroy_says_what_it_deletes_and_asks()
    {
        Assert.AreEqual(ExitCodes.Failed, await DestroyCommand.RunAsync(Azure(), "trial", yes: false, new StringReader("no\n"), output, Cancelled));
        Assert.Contains("Microsoft.Storage/storageAccounts  stdatax", output.ToString());
        Assert.Contains("Nothing was deleted.", output.ToString());
        Assert.IsFalse(Asked.Any(line => line.StartsWith("group delete", StringComparison.Ordinal)));

        Assert.AreEqual(ExitCodes.Done, await DestroyCommand.RunAsync(Azure(), "trial", yes: false, new StringReader("trial\n"), output, Cancelled));
        Assert.AreEqual("group delete --name rg-trial --yes --output none", Asked[^1]);
    }

    [TestMethod]
    public async Task Destroy_deletes_nothing_where_nobody_can_be_asked()
    {
        await Assert.ThrowsExactlyAsync<CliException>(() => DestroyCommand.RunAsync(Azure(), "trial", yes: false, null, output, Cancelled));
        Assert.IsFalse(Asked.Any(line => line.StartsWith("group delete", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task Destroy_leaves_a_group_alone_that_another_made()
    {
        CliException exception = await Assert.ThrowsExactlyAsync<CliException>(() => DestroyCommand.RunAsync(Azure(), "other", yes: true, null, output, Cancelled));
        Assert.Contains("is left alone", exception.Message);
    }

    [TestMethod]
    public async Task Images_are_built_for_the_platform_of_the_nodes_and_pushed_after_a_sign_in()
    {
        ContainerImages images = Images();
        await images.PushAsync(images.Choose(["image-classifier"]), "crx.azurecr.io", "2", remote: false, Cancelled);
        Assert.StartsWith("build --platform linux/amd64 --build-arg JOB=image-classifier --file", Asked[0]);
        Assert.Contains("batch-jobs/Dockerfile --tag", Asked[0]);
        Assert.Contains("--tag crx.azurecr.io/durableml/image-classifier:2", Asked[0]);
        Assert.AreEqual("acr login --name crx --output none", Asked[1]);
        Assert.AreEqual("push crx.azurecr.io/durableml/image-classifier:2", Asked[2]);
    }

    [TestMethod]
    public async Task Without_Docker_images_are_built_in_the_registry()
    {
        ContainerImages images = Images();
        await images.PushAsync(images.Choose([]), "crx.azurecr.io", "1", remote: true, Cancelled);
        Assert.HasCount(images.All.Count, Asked);
        Assert.IsTrue(Asked.All(line => line.StartsWith("acr build --registry crx --platform linux/amd64", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task Without_CUDA_the_images_that_have_it_are_built_for_CPUs()
    {
        var images = new ContainerImages(Repository.Root, output) { Docker = Azure().Program, Azure = Azure(), Cpu = true, CpuWheels = "wheels" };
        await images.BuildAsync(["shell", "tabular-classifier"], "", "1", Cancelled);
        Assert.DoesNotContain("--build-arg", Asked[0]);
        Assert.Contains("batch-jobs/jobs/shell/Dockerfile", Asked[0]);
        Assert.Contains("--build-arg JOB=tabular-classifier --build-arg HARDWARE=cpu --build-arg CPU_WHEELS=wheels --file", Asked[1]);
    }

    [TestMethod]
    public void A_job_without_an_image_is_named() =>
        Assert.Contains("batch-jobs/jobs/cat-classifier", Assert.ThrowsExactly<CliException>(() => Images().Choose(["cat-classifier"])).Message);

    private RepositoryLayout Layout() => new(Repository.Root, folder["state"]);

    private Deploying Deploying() => new(Azure(), Layout(), output) { Package = (path, token) => File.WriteAllTextAsync(path, "", token) };

    private ContainerImages Images() => new(Repository.Root, output) { Docker = Azure().Program, Azure = Azure() };

    private AzureCli Azure()
    {
        string program = folder["az"];
        File.WriteAllText(program, """
            #!/bin/sh
            echo "$@" >> 'ASKED'
            case "$*" in
              "account show"*) echo '{"name": "Pay as you go", "id": "11111111-1111-1111-1111-111111111111"}' ;;
              "ad signed-in-user"*) echo '{"id": "44444444-4444-4444-4444-444444444444"}' ;;
              "deployment sub create"*) echo '{"properties": {"outputs": {
                "functioN_APP_NAME": {"value": "func-x"}, "eventTopicName": {"value": ""}, "evenT_TOPIC_NAME": {"value": "evgt-x"},
                "serveR_URL": {"value": "https://func-x.azurewebsites.net"}, "datA_ACCOUNT_NAME": {"value": "stdatax"},
                "azurE_CONTAINER_REGISTRY_ENDPOINT": {"value": "crx.azurecr.io"}}}}' ;;
              "group show --name rg-trial"*) echo '{"tags": {"application": "durableml"}}' ;;
              "group show"*) echo '{"tags": null}' ;;
              "resource list"*) echo '[{"type": "Microsoft.Storage/storageAccounts", "name": "stdatax"}]' ;;
            esac
            """.Replace("ASKED", folder["asked"], StringComparison.Ordinal));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new AzureCli(program);
    }
}
