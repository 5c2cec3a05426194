using System.Text.Json;

namespace Bicep.Tests;

/// <summary>That each check catches a file that it is for.</summary>
[TestClass]
public sealed class BrokenTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task A_role_without_a_reason_is_caught()
    {
        IReadOnlyList<string> errors = Checks.RoleAssignments(await DeployAsync("roles.bicep"));
        Assert.IsTrue(errors.Any(error => error.Contains("no reason is given", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task A_role_on_more_than_it_needs_is_caught()
    {
        IReadOnlyList<string> errors = Checks.RoleAssignments(await DeployAsync("roles.bicep"));
        Assert.IsTrue(errors.Any(error => error.StartsWith("role Storage Blob Data Reader", StringComparison.Ordinal) && error.Contains("the smallest scope is", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task The_role_of_an_owner_is_caught()
    {
        IReadOnlyList<string> errors = Checks.RoleAssignments(await DeployAsync("roles.bicep"));
        Assert.IsTrue(errors.Any(error => error.Contains("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", StringComparison.Ordinal) && error.Contains("not among those", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task An_account_that_takes_keys_is_caught()
    {
        IReadOnlyList<string> errors = Checks.KeysOff(await DeployAsync("keys.bicep"));
        Assert.IsTrue(errors.Any(error => error.Contains("allowSharedKeyAccess must be false", StringComparison.Ordinal)), Text(errors));
        Assert.IsTrue(errors.Any(error => error.Contains("adminUserEnabled must be false", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    [DataRow("listKeys( reads a key")]
    [DataRow("'AccountKey=' looks like a key")]
    [DataRow("/parameters/adminPassword: a secret")]
    [DataRow("/outputs/storageKey: a secret")]
    public async Task A_key_in_a_setting_a_parameter_or_an_output_is_caught(string expected)
    {
        JsonElement template = await Compiler.TemplateAsync(PathOf("keys.bicep"), TestContext.CancellationToken);
        IReadOnlyList<string> errors = Checks.Secrets(template);
        Assert.IsTrue(errors.Any(error => error.Contains(expected, StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task A_name_that_grows_with_the_environment_s_is_caught()
    {
        IReadOnlyList<string> errors = Checks.NamesFit(await DeployAsync("names.bicep", "param environmentName = 'an-environment-with-a-long-name'"));
        Assert.IsTrue(errors.Any(error => error.Contains("of which 24 are allowed", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task A_name_with_a_character_that_Azure_refuses_is_caught()
    {
        IReadOnlyList<string> errors = Checks.NamesFit(await DeployAsync("names.bicep", "param environmentName = 'a-b'"));
        Assert.IsTrue(errors.Any(error => error.Contains("a character that is not allowed", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task A_type_whose_limits_nobody_looked_up_is_caught()
    {
        IReadOnlyList<string> errors = Checks.NamesFit(await DeployAsync("names.bicep", "param environmentName = 'x'"));
        Assert.IsTrue(errors.Any(error => error.StartsWith("Microsoft.KeyVault/vaults", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task A_resource_without_tags_is_caught()
    {
        IReadOnlyList<string> errors = Checks.Tags(await DeployAsync("keys.bicep"));
        Assert.IsTrue(errors.Any(error => error.Contains("the tag 'azd-env-name' is missing", StringComparison.Ordinal)), Text(errors));
    }

    [TestMethod]
    public async Task A_setting_that_is_forgotten_and_one_that_is_left_over_are_caught()
    {
        Deployment deployment = await DeployAsync("settings.bicep");
        IReadOnlyList<string> errors = AppSetting.Check(deployment.AppSettings, scheduler: false, dedicatedPool: false);
        CollectionAssert.Contains(errors.ToArray(), "Batch__AccountUrl is read and not set");
        CollectionAssert.Contains(errors.ToArray(), "Batch__AccountUri is set and nobody reads it");
    }

    private static string PathOf(string file) => Path.Combine(Repository.Root, "tests", "bicep", "Broken", file);

    private static string Text(IReadOnlyList<string> errors) => errors.Count == 0 ? "Nothing was found." : string.Join('\n', errors);

    private Task<Deployment> DeployAsync(string file, string parameters = "") => Compiler.DeployAsync(PathOf(file), parameters, TestContext.CancellationToken);
}
