using System.Diagnostics;
using DurableTask.Core;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Tests;

/// <summary>Real file systems that are full or read-only. Only root can mount them; without, a limit inside SQLite stands in (<see cref="StorageTests"/>).</summary>
[TestClass]
public sealed class DiskTests
{
    [TestMethod]
    public async Task A_full_disk_gives_errors_and_work_goes_on_by_itself_when_there_is_room()
    {
        await using var disk = await Disk.MountAsync("size=6m");
        await using var hub = await new Hub(path: disk["hub.db"]).WithSteps().WithEvents().StartAsync();
        var waiting = await hub.StartAsync("collect", 1);
        await hub.WaitForStatusAsync(waiting.InstanceId, OrchestrationStatus.Running);
        disk.Fill();

        await Assert.ThrowsExactlyAsync<SqliteException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await hub.StartAsync("wait", new string('x', 50_000));
            }
        });
        var database = await hub.Service.OpenAsync();
        Assert.IsFalse(database.Writer.IsHealthy);
        disk.MakeRoom();
        await database.Writer.WaitUntilHealthyAsync(CancellationToken.None).WaitAsync(Patience.Limit);

        await hub.Client.RaiseEventAsync(waiting, "event", 1);
        Assert.AreEqual("\"1\"", (await hub.WaitAsync(waiting)).Output);
        Assert.AreEqual("3", (await hub.RunAsync("steps", 3)).Output);
    }

    [TestMethod]
    public async Task A_read_only_disk_gives_an_error_and_the_same_service_works_once_it_is_writable()
    {
        await using var disk = await Disk.MountAsync("size=16m");
        await using (var before = await new Hub(path: disk["hub.db"]).WithEvents().StartAsync())
        {
            await before.StartAsync("collect", 1, "kept");
            await before.WaitForStatusAsync("kept", OrchestrationStatus.Running);
        }

        await disk.RemountAsync("ro");
        await using var hub = new Hub(path: disk["hub.db"]).WithEvents();
        await Assert.ThrowsAsync<IOException>(hub.Service.StartAsync);

        await disk.RemountAsync("rw");
        await hub.StartAsync();
        await hub.Client.RaiseEventAsync(new OrchestrationInstance { InstanceId = "kept" }, "event", 1);
        Assert.AreEqual(OrchestrationStatus.Completed, (await hub.WaitAsync(new OrchestrationInstance { InstanceId = "kept" })).OrchestrationStatus);
    }

    /// <summary>A small file system of its own in memory.</summary>
    private sealed class Disk : IAsyncDisposable
    {
        private readonly TemporaryFolder folder = new();

        public string this[string name] => folder[name];

        public static async Task<Disk> MountAsync(string options)
        {
            if (!OperatingSystem.IsLinux() || !string.Equals(Environment.UserName, "root", StringComparison.Ordinal))
            {
                Assert.Inconclusive("Only root on Linux can mount a file system.");
            }

            var disk = new Disk();
            if (await RunAsync("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.folder.Path) != 0)
            {
                disk.folder.Dispose();
                Assert.Inconclusive("This machine does not let root mount a file system.");
            }

            return disk;
        }

        /// <summary>Takes all the room there is.</summary>
        public void Fill()
        {
            using var filler = File.Create(this["filler"]);
            var block = new byte[4096];
            try
            {
                while (true)
                {
                    filler.Write(block);
                    filler.Flush();
                }
            }
            catch (IOException)
            {
                // It is full.
            }
        }

        public void MakeRoom() => File.Delete(this["filler"]);

        public async Task RemountAsync(string mode) => Assert.AreEqual(0, await RunAsync("mount", "-o", "remount," + mode, folder.Path));

        public async ValueTask DisposeAsync()
        {
            await RunAsync("umount", "-l", folder.Path);
            folder.Dispose();
        }

        private static async Task<int> RunAsync(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
    }
}
