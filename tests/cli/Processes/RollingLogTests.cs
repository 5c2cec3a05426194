using DurableMl.Cli.Processes;

namespace Cli.Tests.Processes;

[TestClass]
public sealed class RollingLogTests
{
    [TestMethod]
    public async Task A_full_log_is_rolled_so_that_two_files_bound_it()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "new", "a.log");
        await using (var log = new RollingLog(path, limit: 10))
        {
            foreach (var text in new[] { "first..\n", "second.\n", "third..\n" })
            {
                await log.AppendAsync(System.Text.Encoding.UTF8.GetBytes(text), CancellationToken.None);
            }
        }

        Assert.AreEqual("third..\n", await File.ReadAllTextAsync(path));
        Assert.AreEqual("second.\n", await File.ReadAllTextAsync(path + ".1"));
    }

    [TestMethod]
    public async Task The_tail_is_the_last_lines_even_of_a_long_log()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a.log");
        await File.WriteAllLinesAsync(path, Enumerable.Range(0, 50_000).Select(i => $"line {i}"));

        CollectionAssert.AreEqual(new[] { "line 49998", "line 49999" }, RollingLog.Tail(path, 2));
    }

    [TestMethod]
    public void There_is_no_tail_of_no_log() => Assert.IsEmpty(RollingLog.Tail("/nowhere/a.log", 3));
}
