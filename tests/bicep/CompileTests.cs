using System.Text.Json;

namespace Bicep.Tests;

/// <summary>That the files compile, with every rule of the linter on.</summary>
[TestClass]
public sealed class CompileTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancelled => TestContext.CancellationToken;

    [TestMethod]
    [DataRow("main.bicep")]
    [DataRow("subscriptions.bicep")]
    public async Task Every_file_compiles_without_a_warning(string file)
    {
        // Modules are compiled with who uses them; one that nobody uses would not be.
        JsonElement template = await Compiler.TemplateAsync(Path.Combine(Compiler.Folder, file), Cancelled);
        Assert.IsTrue(template.TryGetProperty("resources", out _));
    }

    [TestMethod]
    public async Task Every_module_is_used()
    {
        string[] texts = await Task.WhenAll(Directory.EnumerateFiles(Compiler.Folder, "*.bicep", SearchOption.AllDirectories).Select(file => File.ReadAllTextAsync(file, Cancelled)));
        foreach (string module in Directory.EnumerateFiles(Path.Combine(Compiler.Folder, "modules")).Select(file => Path.GetFileName(file)))
        {
            Assert.IsTrue(texts.Any(text => text.Contains($"{module}'", StringComparison.Ordinal)), module);
        }
    }

    [TestMethod]
    [DataRow("cheap.bicepparam")]
    [DataRow("production.bicepparam")]
    public async Task Every_parameter_file_compiles_without_a_warning(string file)
    {
        using var folder = new TemporaryFolder();
        Assert.AreEqual("", await Compiler.RunAsync(Cancelled, "build-params", Path.Combine(Compiler.Folder, file), "--outfile", folder["parameters.json"]));
    }

    [TestMethod]
    public async Task A_file_with_an_unknown_property_does_not_pass()
    {
        string said = await CompileAsync("""
            resource data 'Microsoft.Storage/storageAccounts@2025-06-01' = {
              name: 'stdata'
              location: resourceGroup().location
              kind: 'StorageV2'
              sku: { name: 'Standard_LRS' }
              properties: { allowSharedKeyAcess: false }
            }
            """);
        Assert.Contains("BCP089", said);
        Assert.Contains("allowSharedKeyAccess", said);
    }

    [TestMethod]
    public async Task A_key_as_an_output_does_not_pass()
    {
        string said = await CompileAsync("""
            resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = { name: 'stdata' }
            output first string = data.listKeys().keys[0].value
            """);
        Assert.Contains("outputs-should-not-contain-secrets", said);
    }

    [TestMethod]
    public async Task What_the_linter_advises_is_an_error_and_ends_a_build()
    {
        string said = await CompileAsync("param unused string");
        Assert.Contains("Error no-unused-params", said);
        Assert.Contains("(exit code 1)", said);
    }

    [TestMethod]
    public async Task Every_rule_of_the_linter_is_decided_upon()
    {
        // The schema of the compiler itself is not in its package; so a rule that it reports and that is not named in the file shows as a warning.
        JsonElement rules = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(Compiler.Folder, "bicepconfig.json"), Cancelled))
            .GetProperty("analyzers").GetProperty("core").GetProperty("rules");
        string[] off = [.. rules.EnumerateObject().Where(rule => rule.Value.GetProperty("level").GetString() == "off").Select(rule => rule.Name)];
        CollectionAssert.AreEquivalent(
            new[] { "use-recent-api-versions", "use-recent-module-versions", "use-user-defined-types", "what-if-short-circuiting" }, off,
            "A rule is off only where it judges by a list that the compiler's version brings, or where it is a matter of taste.");
        Assert.IsGreaterThan(30, rules.EnumerateObject().Count(rule => rule.Value.GetProperty("level").GetString() == "error"));
    }

    // Beside the real files, so that the same bicepconfig.json holds.
    private async Task<string> CompileAsync(string text)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(Compiler.Folder, "bicepconfig.json"), folder["bicepconfig.json"]);
        await File.WriteAllTextAsync(folder["broken.bicep"], text, Cancelled);
        return await Compiler.RunAsync(Cancelled, "build", folder["broken.bicep"], "--outfile", folder["template.json"]);
    }
}
