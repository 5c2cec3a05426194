using System.Runtime.Versioning;
using DurableMl.Cli.Commands;

namespace Cli.Tests.Launcher;

[TestClass]
[UnsupportedOSPlatform("windows")]
public sealed class LauncherTests
{
    private static readonly string[] Commands = [.. RootCommandFactory.Create().Subcommands.Select(command => command.Name), "test", "setup", "build"];
    private static readonly string Launcher = Path.Combine(Repository.Root, "durableml");

    [TestMethod]
    public async Task Help_names_every_command()
    {
        using var elsewhere = new TemporaryFolder();

        var run = await ScriptRun.StartAsync(Launcher, [], elsewhere.Path);

        Assert.AreEqual(0, run.ExitCode);
        foreach (var command in Commands)
        {
            StringAssert.Contains(run.Output, $"./durableml {command}");
        }
    }

    [TestMethod]
    public async Task Every_command_is_passed_on()
    {
        string[] labels = [.. (await File.ReadAllLinesAsync(Launcher)).Select(line => line.Trim()).Where(line => line.EndsWith(')'))];
        HashSet<string> known = [.. labels.SelectMany(label => label.TrimEnd(')').Split('|', StringSplitOptions.TrimEntries))];

        CollectionAssert.IsSubsetOf(Commands, known.ToArray());
    }

    [TestMethod]
    public async Task A_command_that_does_not_exist_is_named()
    {
        using var elsewhere = new TemporaryFolder();

        var run = await ScriptRun.StartAsync(Launcher, ["dmeo"], elsewhere.Path);

        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("Unknown command 'dmeo'. ./durableml help lists the commands.", run.Errors.Trim());
    }

    [TestMethod]
    public async Task It_works_through_a_link_in_a_folder_with_a_space_in_its_name()
    {
        using var elsewhere = new TemporaryFolder();
        var link = Path.Combine(elsewhere.Path, "a link");
        File.CreateSymbolicLink(link, Launcher);

        Assert.AreEqual(0, (await ScriptRun.StartAsync(link, ["help"], elsewhere.Path)).ExitCode);
    }

    [TestMethod]
    [DataRow("dotnet", "Missing: the .NET SDK 10 or newer.")]
    [DataRow("node", "Missing: Node.js 20 or newer.")]
    [DataRow("npm", "Missing: npm")]
    [DataRow("python3", "Missing: Python 3")]
    public async Task A_missing_prerequisite_is_one_line_that_says_what_to_install(string missing, string message)
    {
        using var tools = new TemporaryFolder();
        foreach (var tool in new[] { "bash", "dirname", "readlink", "awk", "mkdir", "uname" })
        {
            File.CreateSymbolicLink(Path.Combine(tools.Path, tool), Find(tool));
        }

        // Tools that are new enough, without what they need to be installed for.
        Fake(tools, "dotnet", "echo '10.0.100 [/sdk]'");
        Fake(tools, "node", "exit 0");
        Fake(tools, "npm", "exit 0");
        Fake(tools, "python3", "exit 0");
        File.Delete(Path.Combine(tools.Path, missing));

        var run = await ScriptRun.StartAsync(Launcher, ["setup"], tools.Path, ("PATH", tools.Path), ("DOTNET_ROOT", null), ("HOME", tools.Path));

        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("", run.Output);
        StringAssert.StartsWith(run.Errors, message);
        StringAssert.Contains(run.Errors, "nstall");
        Assert.HasCount(1, run.Errors.Trim().Split('\n'));
    }

    [TestMethod]
    [DataRow("dotnet", "echo '8.0.100 [/sdk]'", "Missing: the .NET SDK 10 or newer.")]
    [DataRow("node", "exit 1", "Missing: Node.js 20 or newer.")]
    public async Task A_prerequisite_that_is_too_old_is_missing(string tool, string script, string message)
    {
        using var tools = new TemporaryFolder();
        Fake(tools, "dotnet", "echo '10.0.100 [/sdk]'");
        Fake(tools, tool, script);

        var run = await ScriptRun.StartAsync(Launcher, ["setup"], tools.Path, ("PATH", $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.StartsWith(run.Errors, message);
    }

    [TestMethod]
    [DataRow("Darwin", "arm64")]
    [DataRow("Linux", "aarch64")]
    public async Task A_machine_that_it_does_not_run_on_is_told_at_once(string system, string processor)
    {
        using var tools = new TemporaryFolder();
        Fake(tools, "uname", $"case $1 in -s) echo {system} ;; *) echo {processor} ;; esac");
        Fake(tools, "dotnet", "exit 1");

        var run = await ScriptRun.StartAsync(Launcher, ["up"], tools.Path, ("PATH", $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}"));

        Assert.AreEqual((1, ""), (run.ExitCode, run.Output));
        StringAssert.StartsWith(run.Errors, $"DurableMl runs on Linux x64 here, not on {system} {processor}");
    }

    [TestMethod]
    public async Task The_batch_emulator_alone_needs_neither_npm_nor_pytorch()
    {
        using var tools = new TemporaryFolder();
        foreach (var missing in (string[])["node", "npm"])
        {
            Fake(tools, missing, "exit 127");
        }

        // A checkout of its own, since what is built is written down there.
        var checkout = Directory.CreateDirectory(tools["checkout"]).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "eng", "launcher")).Append(Launcher))
        {
            var copy = Path.Combine(checkout, Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Fake(tools, "dotnet", "if [ \"$1\" = --list-sdks ]; then echo '10.0.100 [/sdk]'; else echo \"dotnet $*\"; fi");

        var run = await ScriptRun.StartAsync(
            Path.Combine(checkout, "durableml"), ["batch-emulator", "--help"], tools.Path, ("PATH", $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}"), ("DURABLEML_PYTHON", "/nowhere/python3"));

        Assert.AreEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Output, "durableml.dll batch-emulator --help");
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var state = Path.Combine(checkout, ".durableml");
        foreach (var path in Directory.EnumerateFileSystemEntries(state, "*", SearchOption.AllDirectories).Append(state))
        {
            Assert.AreEqual(UnixFileMode.None, File.GetUnixFileMode(path) & Others, path);
        }
    }

    private static void Fake(TemporaryFolder folder, string name, string script)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Find(string tool) => new[] { "/usr/bin", "/bin" }.Select(folder => Path.Combine(folder, tool)).First(File.Exists);
}
