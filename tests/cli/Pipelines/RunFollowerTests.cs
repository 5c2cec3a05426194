using System.Net;
using DurableMl.Cli;
using DurableMl.Cli.Pipelines;

namespace Cli.Tests.Pipelines;

[TestClass]
public sealed class RunFollowerTests
{
    private static readonly (HttpStatusCode, string) Running = (HttpStatusCode.OK, """{ "runId": "a", "runtimeStatus": "Running" }""");
    private static readonly (HttpStatusCode, string) Completed = (HttpStatusCode.OK, """{ "runId": "a", "runtimeStatus": "Completed" }""");

    [TestMethod]
    public async Task A_run_is_followed_to_its_end_through_an_absence_of_the_host()
    {
        var follower = Follower(TimeSpan.FromMinutes(1), Running, null, null, Running, Completed);

        var states = new List<string?>();
        await foreach (var run in follower.FollowAsync("a", CancellationToken.None))
        {
            states.Add(run.RuntimeStatus);
        }

        CollectionAssert.AreEqual(new[] { "Running", "Running", "Completed" }, states);
    }

    [TestMethod]
    public async Task A_host_that_stays_away_is_an_error() =>
        await Assert.ThrowsExactlyAsync<CliException>(() => DrainAsync(Follower(TimeSpan.Zero, [null])));

    [TestMethod]
    public async Task A_run_that_is_not_there_is_an_error() =>
        await Assert.ThrowsExactlyAsync<CliException>(() => DrainAsync(Follower(TimeSpan.Zero, (HttpStatusCode.NotFound, "{}"))));

    private static RunFollower Follower(TimeSpan awayLimit, params (HttpStatusCode, string)?[] answers) =>
        new(new PipelinesClient(new StubHandler(answers).Client()), TimeProvider.System) { Interval = TimeSpan.FromMilliseconds(1), AwayLimit = awayLimit };

    private static async Task DrainAsync(RunFollower follower)
    {
        await foreach (var run in follower.FollowAsync("a", CancellationToken.None))
        {
            _ = run;
        }
    }
}
