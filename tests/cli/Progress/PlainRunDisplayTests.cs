using DurableMl.Cli;
using DurableMl.Cli.Progress;

namespace Cli.Tests.Progress;

[TestClass]
public sealed class PlainRunDisplayTests
{
    [TestMethod]
    public async Task Each_change_is_one_line_and_is_told_once()
    {
        var output = new StringWriter { NewLine = "\n" };

        var last = await new PlainRunDisplay(output).ShowAsync(Runs.StatesAsync(Runs.Training, Runs.Training), CancellationToken.None);

        Assert.AreSame(Runs.Training, last);
        Assert.AreEqual(
            """
            preprocess: begun
            train: begun
            dataset mnist 0123456789abcdef: reused, it was there already, 70000 examples in 24 shards
            trial-000: completed, 0.9876 (learning_rate 0.01)
            trial-001: failed, diverged (learning_rate 100)
            preprocess: done in 4.5 s

            """.ReplaceLineEndings("\n"),
            output.ToString());
    }

    [TestMethod]
    public async Task A_run_without_a_status_yet_prints_nothing()
    {
        var output = new StringWriter();

        await new PlainRunDisplay(output).ShowAsync(Runs.StatesAsync(Runs.Parse("""{ "runtimeStatus": "Pending" }""")), CancellationToken.None);

        Assert.AreEqual("", output.ToString());
    }

    [TestMethod]
    public async Task No_state_at_all_is_an_error() =>
        await Assert.ThrowsExactlyAsync<CliException>(() => new PlainRunDisplay(TextWriter.Null).ShowAsync(Runs.StatesAsync(), CancellationToken.None));
}
