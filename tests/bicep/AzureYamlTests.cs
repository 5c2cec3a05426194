using System.Text.RegularExpressions;

namespace Bicep.Tests;

/// <summary>azure.yaml, which azd reads. azd itself is not to be had here, so this checks what it would look for.</summary>
[TestClass]
public sealed partial class AzureYamlTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "azure.yaml"));

    [TestMethod]
    public void The_files_that_it_names_are_there()
    {
        string infra = Path.Combine(Repository.Root, Value("infra", "path"));
        Assert.AreEqual("bicep", Value("infra", "provider"));
        Assert.IsTrue(File.Exists(Path.Combine(infra, Value("infra", "module") + ".bicepparam")));
        Assert.IsNotEmpty(Directory.GetFiles(Path.Combine(Repository.Root, Value("services", "functions", "project")), "*.csproj"));
        Assert.AreEqual(("dotnet", "function"), (Value("services", "functions", "language"), Value("services", "functions", "host")));
    }

    [TestMethod]
    public async Task The_app_carries_the_tag_by_which_azd_finds_it()
    {
        string service = Service().Match(Text).Groups["name"].Value;
        string functions = await File.ReadAllTextAsync(Path.Combine(Compiler.Folder, "modules", "functions.bicep"));
        Assert.Contains($"'azd-service-name': '{service}'", functions);
    }

    [TestMethod]
    public async Task The_hook_deploys_a_file_that_is_there_with_variables_that_the_deployment_puts_out()
    {
        string file = Template().Match(Text).Groups["file"].Value;
        string main = await File.ReadAllTextAsync(Path.Combine(Compiler.Folder, "main.bicep"));
        string template = await File.ReadAllTextAsync(Path.Combine(Repository.Root, file));
        MatchCollection variables = Variable().Matches(Text);
        Assert.HasCount(3, variables);
        foreach (string name in variables.Select(match => match.Groups["name"].Value))
        {
            Assert.Contains($"output {name} string", main);
        }

        foreach (Match parameter in Parameter().Matches(Text))
        {
            Assert.Contains($"param {parameter.Groups["name"].Value} string", template);
        }
    }

    // The value at a path of keys, each further to the right than the one before.
    private static string Value(params string[] path)
    {
        int at = 0;
        int indent = -1;
        foreach (string key in path)
        {
            Match match = new Regex($"^(?<indent> *){Regex.Escape(key)}:(?<value>.*)$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Match(Text, at);
            Assert.IsTrue(match.Success && match.Groups["indent"].Length > indent, string.Join('.', path));
            (at, indent) = (match.Index + match.Length, match.Groups["indent"].Length);
            if (key == path[^1])
            {
                return match.Groups["value"].Value.Trim();
            }
        }

        return "";
    }

    [GeneratedRegex(@"^services:\n  (?<name>\w+):", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Service();

    [GeneratedRegex(@"--template-file (?<file>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Template();

    [GeneratedRegex(@"\$(?<name>[A-Z_]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?<name>[a-z]\w+)=""\$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
