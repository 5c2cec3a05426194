using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Engine;

/// <content>Starting from what the file holds.</content>
partial class TaskHub
{
    static readonly TimeSpan FirstRecoveryDelay = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestRecoveryDelay = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Finds the instances that have something to do. Only their numbers are read: an instance's history is read when it gets its turn,
    /// so opening a file with many idle instances costs nothing.
    /// </summary>
    void Recover()
    {
        List<(long Number, long Wake)> found = Store.Read(reader => reader.Query(
            "SELECT n, wake FROM instances WHERE wake IS NOT NULL UNION ALL SELECT DISTINCT n, 0 FROM inbox ORDER BY 1",
            [],
            row => (row.GetInt64(0), row.GetInt64(1))));

        long now = Now;
        lock (gate)
        {
            foreach ((long number, long wake) in found)
            {
                if (wake > now)
                {
                    timers.Add(number, wake);
                }
                else
                {
                    if (!resident.TryGetValue(number, out Instance? instance))
                    {
                        instance = Admit(new Instance(number));
                    }

                    Schedule(instance);
                }
            }
        }

        Pump();
    }

    /// <summary>Storing failed: what is in memory may be ahead of the file. Forgets it and starts over, again and again until that works.</summary>
    void Broken(Exception exception)
    {
        logger.LogError(exception, "The Durable Task store could not be written. Work goes on from what is stored once it can be.");
        lock (gate)
        {
            Forget();
            if (recovering || closed)
            {
                return;
            }

            recovering = true;
        }

        _ = RecoverLaterAsync();
    }

    async Task RecoverLaterAsync()
    {
        for (TimeSpan delay = FirstRecoveryDelay; !stopped.IsCancellationRequested; delay = delay + delay > LongestRecoveryDelay ? LongestRecoveryDelay : delay + delay)
        {
            await Task.Delay(delay, time, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopped.IsCancellationRequested)
            {
                return;
            }

            try
            {
                ProbeWrite();
                lock (gate)
                {
                    recovering = false;
                }

                Recover();
                return;
            }
            catch (ObjectDisposedException) when (stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is SqliteException or IOException)
            {
                logger.LogWarning(failure, "The Durable Task store still cannot be written.");
                lock (gate)
                {
                    recovering = true;
                }
            }
        }
    }

    /// <summary>Finds out whether the file can be written, before instances run only to fail again.</summary>
    void ProbeWrite()
    {
        ClientCommit<bool> probe = new(
            writer =>
            {
                using Sqlite.Statement statement = new(writer.Connection, "CREATE TABLE IF NOT EXISTS probe (data BLOB)", 0);
                statement.Execute();
                using Sqlite.Statement insert = new(writer.Connection, "INSERT INTO probe VALUES (zeroblob(65536))", 0);
                insert.Execute();
                using Sqlite.Statement drop = new(writer.Connection, "DROP TABLE probe", 0);
                drop.Execute();
                return true;
            },
            _ => { });
        commits.Add(probe);
        probe.Task.GetAwaiter().GetResult();
    }

    /// <summary>Drops everything that is in memory.</summary>
    void Forget()
    {
        lock (gate)
        {
            foreach (Instance instance in resident.Values.ToList())
            {
                Drop(instance);
            }

            Meters.QueuedTurns.Add(-readyTurns.Count);
            Meters.QueuedActivities.Add(-readyActivities.Count - parkedActivities.Count);
            parkedActivities.Clear();
            readyTurns.Clear();
            readyActivities.Clear();
            dispatched.Clear();
            parked.Clear();
            timers.Clear();
        }
    }
}
