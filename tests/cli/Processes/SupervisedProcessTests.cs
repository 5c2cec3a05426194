using DurableMl.Cli;
using DurableMl.Cli.Processes;

namespace Cli.Tests.Processes;

[TestClass]
public sealed class SupervisedProcessTests
{
    private static readonly RestartPolicy Quick = new(TimeProvider.System) { FirstDelay = TimeSpan.FromMilliseconds(1), MaxEnds = 2 };

    [TestMethod]
    public async Task A_child_that_dies_is_reported_with_its_last_words_and_started_again()
    {
        using var folder = new TemporaryFolder();
        var starts = new List<ProcessIdentity>();
        var output = new StringWriter();
        await using var service = new SupervisedProcess(
            Shell.Run(folder, "echo started >> starts; while [ ! -e die ]; do sleep 0.05; done; rm die; echo goodbye; exit 7"),
            _ => Task.FromResult(true),
            Quick,
            TextWriter.Synchronized(output),
            TimeProvider.System)
        {
            Started = process =>
            {
                lock (starts)
                {
                    starts.Add(process);
                }

                return Task.CompletedTask;
            },
        };
        await service.StartAsync(CancellationToken.None);

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "die"), "");
        await Eventually.TrueAsync(() => output.ToString().Contains("is up again", StringComparison.Ordinal), "it is started again");

        StringAssert.Contains(output.ToString(), "Shell ended unexpectedly (exit code 7)");
        StringAssert.Contains(output.ToString(), "goodbye");
        Assert.HasCount(2, starts);
        Assert.AreNotEqual(starts[0].Pid, starts[1].Pid);
    }

    [TestMethod]
    public async Task A_child_that_keeps_dying_is_given_up()
    {
        using var folder = new TemporaryFolder();
        await using var service = new SupervisedProcess(
            Shell.Run(folder, "exit 1"), _ => Task.FromResult(true), new RestartPolicy(TimeProvider.System) { FirstDelay = TimeSpan.FromMilliseconds(1), MaxEnds = 2 }, TextWriter.Null, TimeProvider.System);
        await service.StartAsync(CancellationToken.None);

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => service.Completion.WaitAsync(Patience.Limit));

        StringAssert.Contains(exception.Message, "Shell keeps ending; gave up");
        StringAssert.Contains(exception.Message, "shell.log");
    }

    [TestMethod]
    public async Task A_child_that_ends_before_it_answers_is_an_error_with_its_last_words()
    {
        using var folder = new TemporaryFolder();
        await using var service = new SupervisedProcess(
            Shell.Run(folder, "echo no port for me; exit 4"), _ => Task.FromResult(false), Quick, TextWriter.Null, TimeProvider.System);

        var exception = await Assert.ThrowsExactlyAsync<CliException>(() => service.StartAsync(CancellationToken.None));

        StringAssert.Contains(exception.Message, "Shell ended while starting (exit code 4)");
        StringAssert.Contains(exception.Message, "no port for me");
    }

    [TestMethod]
    public async Task A_child_that_never_answers_is_an_error_and_is_ended()
    {
        using var folder = new TemporaryFolder();
        ProcessIdentity? started = null;
        await using (var service = new SupervisedProcess(Shell.Run(folder, "exec sleep 60"), _ => Task.FromResult(false), Quick, TextWriter.Null, TimeProvider.System)
        {
            ReadyLimit = TimeSpan.FromMilliseconds(300),
            Started = process =>
            {
                started = process;
                return Task.CompletedTask;
            },
        })
        {
            var exception = await Assert.ThrowsExactlyAsync<CliException>(() => service.StartAsync(CancellationToken.None));
            StringAssert.Contains(exception.Message, "did not answer within");
        }

        Assert.IsFalse(started!.IsAlive);
    }
}
