using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Containers;

/// <summary>Against a program that takes docker's arguments and runs the command without a container: no engine is needed.</summary>
[TestClass]
public sealed class DockerTests
{
    private const string Stand = """
        #!/bin/sh
        echo "$@" >> "$0.log"
        case $1 in
          image) exit 1 ;;
          pull) case $2 in
            absent/*) echo "no such image" >&2; exit 1 ;;
            esac ;;
          run)
            while :; do case $1 in
              test/*) break ;;
              *) shift ;;
            esac; done
            shift
            exec "$@" ;;
        esac
        """;

    [TestMethod]
    public async Task An_image_that_nothing_stands_for_runs_in_a_container_when_asked_for()
    {
        await using var emulator = await StartAsync();

        var task = await emulator.RunAsync("/bin/sh -c 'echo $AZ_BATCH_TASK_ID'", t => t["containerSettings"] = new JsonObject
        {
            ["imageName"] = "test/image:1",
            ["containerRunOptions"] = "--shm-size 1g --label 'two words'",
        });

        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"], task.ToJsonString());
        Assert.AreEqual("task\n", await emulator.FileAsync("task", "stdout.txt"));
        Assert.AreEqual("exited", (string?)task["executionInfo"]!["containerInfo"]!["state"]);
        var calls = await File.ReadAllLinesAsync(Program(emulator) + ".log");
        var run = calls.Single(c => c.StartsWith("run ", StringComparison.Ordinal));
        StringAssert.Contains(run, "--shm-size 1g --label two words test/image:1 /bin/sh -c");
        StringAssert.Contains(run, "--env AZ_BATCH_TASK_ID");
        StringAssert.Contains(run, "/wd ");
        Assert.IsFalse(run.Contains("--env PATH", StringComparison.Ordinal));
        Assert.AreEqual("rm --force " + (string)task["executionInfo"]!["containerInfo"]!["containerId"]!, calls[^1]);
    }

    [TestMethod]
    public async Task An_image_the_engine_cannot_pull_fails_the_task_with_what_the_engine_says()
    {
        await using var emulator = await StartAsync();

        var info = (await emulator.RunAsync("true", t => t["containerSettings"] = new JsonObject { ["imageName"] = "absent/image" }))["executionInfo"]!;

        Assert.AreEqual("ContainerInvalidImage", (string?)info["failureInfo"]!["code"]);
        StringAssert.Contains((string)info["containerInfo"]!["error"]!, "no such image");
    }

    private static string Program(EmulatorFixture emulator) => Path.Combine(emulator.DataDirectory, "docker");

    private static Task<EmulatorFixture> StartAsync() => EmulatorFixture.StartAsync(o =>
    {
        Directory.CreateDirectory(o.DataDirectory);
        o.UseDocker = true;
        o.Docker = Path.Combine(o.DataDirectory, "docker");
        File.WriteAllText(o.Docker, Stand);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(o.Docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    });
}
