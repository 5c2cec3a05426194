using FsCheck;
using FsCheck.Fluent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.History;

namespace DurableTask.Tests.History;

[TestClass]
public sealed class RecordCodecTests
{
    [TestMethod]
    public void What_is_written_is_read_again() => Prop.ForAll(Turns(), turn =>
    {
        RecordWriter writer = new(_ => throw new InvalidOperationException("No payload here is large."));
        writer.Write(turn);
        Turn read = new RecordReader(writer.ToArray()).ReadTurn();
        Assert.AreEqual(turn.Time, read.Time);
        CollectionAssert.AreEqual(turn.Incoming.Select(Text).ToList(), read.Incoming.Select(Text).ToList());
        CollectionAssert.AreEqual(turn.Decisions.Select(Text).ToList(), read.Decisions.Select(Text).ToList());
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void A_large_payload_is_stored_apart_once()
    {
        List<string> stored = [];
        string large = new('x', Payload.InlineLimit + 1);
        HistoryRecord record = new(RecordKind.EventRaised) { Name = "event", Payload = Payload.Of(large) };
        byte[] Write()
        {
            RecordWriter writer = new(text =>
            {
                stored.Add(text);
                return 42;
            });
            writer.Write(record, 0);
            return writer.ToArray();
        }

        byte[] first = Write();
        byte[] second = Write();

        CollectionAssert.AreEqual(first, second);
        CollectionAssert.AreEqual(new[] { large }, stored);
        Assert.IsLessThan(100, first.Length);
        Assert.AreEqual(42, new RecordReader(first).ReadRecord(0).Payload!.Reference);
    }

    static Arbitrary<Turn> Turns()
    {
        Gen<string?> text = ArbMap.Default.GeneratorFor<string?>();
        Gen<TaskFailureDetails?> failure = from type in text
                                           from message in text
                                           from inner in ArbMap.Default.GeneratorFor<bool>()
                                           select (TaskFailureDetails?)new TaskFailureDetails(
                                               type ?? "type", message ?? "message", null, inner ? new TaskFailureDetails("inner", "why", "at", null, null) : null, null);
        Gen<HistoryRecord> record = from kind in Gen.Elements(Enum.GetValues<RecordKind>())
                                    from id in ArbMap.Default.GeneratorFor<int>()
                                    from time in ArbMap.Default.GeneratorFor<long>()
                                    from name in text
                                    from instance in text
                                    from payload in text
                                    from details in failure
                                    from tagged in ArbMap.Default.GeneratorFor<bool>()
                                    select new HistoryRecord(kind, id)
                                    {
                                        Time = time / 4,
                                        FireAt = Math.Abs(time / 2),
                                        Name = name,
                                        InstanceId = instance,
                                        Version = payload,
                                        Payload = Payload.Of(payload),
                                        Failure = id % 2 == 0 ? details : null,
                                        Tags = tagged ? new Dictionary<string, string> { ["key"] = "value" } : null,
                                        Flags = RecordFlags.Signal,
                                    };
        return (from time in ArbMap.Default.GeneratorFor<long>()
                from incoming in record.ListOf()
                from decisions in record.ListOf()
                select new Turn(time / 4, [.. incoming], [.. decisions])).ToArbitrary();
    }

    // Lone surrogates cannot be written as UTF-8: what is compared is what UTF-8 keeps.
    static string Text(HistoryRecord record) => Utf8(string.Join(
        '|',
        record.Kind,
        record.Id,
        record.Time,
        record.FireAt,
        record.Name ?? "-",
        record.InstanceId ?? "-",
        record.Version ?? "-",
        record.Payload?.Read(null!) ?? "-",
        record.Failure,
        record.Tags?.Count ?? 0,
        record.Flags));

    static string Utf8(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
