using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Entities;

namespace DurableTask.Tests.Abstractions;

[TestClass]
public sealed class ValueTests
{
    [TestMethod]
    public void Names_and_versions_ignore_case()
    {
        Assert.AreEqual(new TaskName("Name"), (TaskName)"nAME");
        Assert.AreEqual(new TaskVersion("V1"), (TaskVersion)"v1");
        Assert.AreEqual(TaskVersion.Unversioned, new TaskVersion(null));
        Assert.AreEqual(default, (TaskName)string.Empty);
    }

    [TestMethod]
    [DataRow("1.2", "1.10", -1)]
    [DataRow("", "1", -1)]
    [DataRow("1", "", 1)]
    [DataRow("", "", 0)]
    [DataRow("v2", "V1", 1)]
    public void Versions_compare_by_number_where_they_are_numbers(string left, string right, int sign) =>
        Assert.AreEqual(sign, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(left, right)));

    [TestMethod]
    public void A_retry_policy_checks_its_values()
    {
        TimeSpan second = TimeSpan.FromSeconds(1);
        Assert.AreEqual("maxNumberOfAttempts", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RetryPolicy(0, second)).ParamName);
        Assert.AreEqual("firstRetryInterval", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.Zero)).ParamName);
        Assert.AreEqual("backoffCoefficient", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RetryPolicy(1, second, 0.5)).ParamName);
        Assert.AreEqual("maxRetryInterval", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RetryPolicy(1, second, 1, TimeSpan.FromTicks(1))).ParamName);
        RetryPolicy policy = new(3, second, 2, Timeout.InfiniteTimeSpan);
        Assert.AreEqual(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
        Assert.AreEqual(TimeSpan.FromHours(1), new RetryPolicy(3, second).MaxRetryInterval);
    }

    [TestMethod]
    public void An_entity_id_is_written_with_a_lower_case_name_and_read_again()
    {
        EntityInstanceId id = new("Counter", "Key@1");
        Assert.AreEqual("@counter@Key@1", id.ToString());
        Assert.AreEqual(id, EntityInstanceId.FromString("@counter@Key@1"));
        Assert.AreEqual(id, JsonSerializer.Deserialize<EntityInstanceId>(JsonSerializer.Serialize(id)));
        Assert.ThrowsExactly<ArgumentException>(() => EntityInstanceId.FromString("counter"));
        Assert.ThrowsExactly<ArgumentException>(() => new EntityInstanceId("a@b", "c"));
    }

    [TestMethod]
    public void A_failure_knows_its_type_and_those_above_it()
    {
        TaskFailureDetails details = TaskFailureDetails.FromException(new InvalidOperationException("outer", new ArgumentNullException("inner")));
        Assert.IsTrue(details.IsCausedBy<InvalidOperationException>());
        Assert.IsTrue(details.IsCausedBy<Exception>());
        Assert.IsFalse(details.IsCausedBy<ArgumentException>());
        Assert.IsTrue(details.InnerFailure!.IsCausedBy<ArgumentException>());
        Assert.IsFalse((details with { ErrorType = "Nobody.Knows" }).IsCausedBy<Exception>());
        Assert.ThrowsExactly<ArgumentException>(() => details.IsCausedBy(typeof(string)));
    }

    [TestMethod]
    public void Tuples_survive_the_default_converter()
    {
        string text = JsonDataConverter.Default.Serialize(("Hello", 42))!;
        Assert.AreEqual(("Hello", 42), JsonDataConverter.Default.Deserialize<(string, int)>(text));
        Assert.IsNull(JsonDataConverter.Default.Serialize(null));
    }

    [TestMethod]
    public void A_name_is_registered_once_for_each_version()
    {
        DurableTaskRegistry registry = new();
        registry.AddOrchestratorFunc("One", _ => { });
        ArgumentException refused = Assert.ThrowsExactly<ArgumentException>(() => registry.AddOrchestratorFunc("ONE", _ => { }));
        StringAssert.StartsWith(refused.Message, "An ITaskOrchestrator named 'ONE' is already added.");
        registry.AddOrchestratorFunc<int, int>("One", new TaskVersion("2"), (_, value) => Task.FromResult(value));
        Assert.HasCount(2, registry.GetOrchestrators());
    }
}
