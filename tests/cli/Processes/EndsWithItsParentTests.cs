using System.Diagnostics;
using DurableMl.Cli.Processes;

namespace Cli.Tests.Processes;

/// <summary>eng/dashboard/run.sh, around a program that does not notice by itself that nobody wants it any more.</summary>
[TestClass]
public sealed class EndsWithItsParentTests
{
    [TestMethod]
    public async Task The_program_ends_when_the_pipe_from_its_parent_closes()
    {
        using var folder = new TemporaryFolder();
        using Process script = Start("/bin/sh", "-c", $"echo $$ > {folder["pid"]}; exec sleep 1000");
        ProcessIdentity program = await StartedAsync(folder["pid"]);

        script.StandardInput.Close();

        await Eventually.TrueAsync(() => !program.IsAlive, "the program has ended");
        await script.WaitForExitAsync().WaitAsync(Patience.Limit);
    }

    [TestMethod]
    public async Task A_signal_is_passed_on_and_the_program_is_waited_for()
    {
        using var folder = new TemporaryFolder();
        using Process script = Start("/bin/sh", "-c", $"trap 'echo over > {folder["end"]}; exit 7' TERM; echo $$ > {folder["pid"]}; while :; do sleep 0.05; done");
        ProcessIdentity program = await StartedAsync(folder["pid"]);

        ProcessSignal.SendTerminate(ProcessIdentity.Of(script.Id)!);
        await script.WaitForExitAsync().WaitAsync(Patience.Limit);

        Assert.AreEqual(7, script.ExitCode);
        Assert.IsFalse(program.IsAlive);
        Assert.AreEqual("over", (await File.ReadAllTextAsync(folder["end"])).Trim());
    }

    [TestMethod]
    public async Task A_program_that_ends_by_itself_ends_the_script_with_its_exit_code()
    {
        using Process script = Start("/bin/sh", "-c", "exit 3");

        await script.WaitForExitAsync().WaitAsync(Patience.Limit);

        Assert.AreEqual(3, script.ExitCode);
    }

    private static Process Start(params string[] program) =>
        Process.Start(new ProcessStartInfo("/bin/sh", [Path.Combine(Repository.Root, "eng", "dashboard", "run.sh"), .. program]) { RedirectStandardInput = true })!;

    private static Task<ProcessIdentity> StartedAsync(string file) => Eventually.GetAsync(
        async () => File.Exists(file) && int.TryParse(await File.ReadAllTextAsync(file), out int pid) ? ProcessIdentity.Of(pid) : null, "the program has started");
}
