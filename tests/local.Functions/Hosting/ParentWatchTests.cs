using System.IO.Pipelines;
using DurableMl.Local.Functions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using NSubstitute;

namespace FunctionsHost.Tests.Hosting;

[TestClass]
public sealed class ParentWatchTests
{
    [TestMethod]
    public async Task The_host_stops_when_the_parent_s_end_of_the_pipe_is_gone()
    {
        (ParentWatch watch, TaskCompletionSource stopped, Pipe parent) = Create("1");
        await watch.StartAsync(CancellationToken.None);
        await parent.Writer.WriteAsync(new byte[] { 1 });
        Assert.IsFalse(stopped.Task.IsCompleted);
        await parent.Writer.CompleteAsync();
        await stopped.Task.WaitAsync(Patience.Limit);
        await watch.StopAsync(CancellationToken.None);
    }

    [TestMethod]
    public async Task Without_the_setting_standard_input_is_left_alone()
    {
        (ParentWatch watch, TaskCompletionSource stopped, Pipe parent) = Create("0");
        await watch.StartAsync(CancellationToken.None);
        await parent.Writer.CompleteAsync();
        await watch.ExecuteTask!;
        Assert.IsFalse(stopped.Task.IsCompleted);
    }

    private static (ParentWatch Watch, TaskCompletionSource Stopped, Pipe Parent) Create(string setting)
    {
        Pipe parent = new();
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IHostApplicationLifetime lifetime = Substitute.For<IHostApplicationLifetime>();
        lifetime.When(l => l.StopApplication()).Do(_ => stopped.TrySetResult());
        HostSettings settings = HostSettings.Load(
            new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["DURABLEML_PARENT_WATCH"] = setting })
                .Build()
        );
        return (new ParentWatch(settings, lifetime, () => parent.Reader.AsStream()), stopped, parent);
    }
}
