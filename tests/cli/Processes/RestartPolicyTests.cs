using DurableMl.Cli.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Cli.Tests.Processes;

[TestClass]
public sealed class RestartPolicyTests
{
    [TestMethod]
    public void Each_end_doubles_the_wait_up_to_the_longest_and_then_it_gives_up()
    {
        var policy = new RestartPolicy(new FakeTimeProvider()) { FirstDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(3), MaxEnds = 3 };

        Assert.AreEqual(TimeSpan.FromSeconds(1), policy.NextDelay());
        Assert.AreEqual(TimeSpan.FromSeconds(2), policy.NextDelay());
        Assert.AreEqual(TimeSpan.FromSeconds(3), policy.NextDelay());
        Assert.IsNull(policy.NextDelay());
    }

    [TestMethod]
    public void Ends_long_ago_do_not_count()
    {
        var time = new FakeTimeProvider();
        var policy = new RestartPolicy(time) { MaxEnds = 1, Window = TimeSpan.FromMinutes(1) };
        Assert.IsNotNull(policy.NextDelay());

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.AreEqual(policy.FirstDelay, policy.NextDelay());
    }
}
