using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMl.Json;

namespace Json.Tests;

[TestClass]
public sealed class StrictJsonTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        NumberHandling = JsonNumberHandling.Strict,
    };

    private enum Size
    {
        Small,
        Large,
    }

    [TestMethod]
    public void A_document_that_fits_is_read()
    {
        Order order = Read("""{"name":"a","size":"large","lines":[{"item":"b","count":2}],"notes":{"anything":"goes"}}""")!;
        Assert.AreEqual(Size.Large, order.Size);
        Assert.AreEqual(new Line("b", 2), order.Lines![0]);
        Assert.AreEqual("goes", order.Notes!["anything"]);
    }

    [TestMethod]
    [DataRow("""{"nmae":"a"}""", "$.nmae: is not known here; did you mean 'name'? | $.name: is required")]
    [DataRow("""{"name":null}""", "$.name: must not be null; leave it out or give it a value")]
    [DataRow("""{"name":"a","name":"b"}""", "$.name: is given twice")]
    [DataRow("""{"name":7}""", "$.name: must be a string, not this number")]
    [DataRow("""{"name":"a","size":"medium"}""", "$.size: must be one of small, large")]
    [DataRow("""{"name":"a","lines":{}}""", "$.lines: must be an array, not an object")]
    [DataRow("""{"name":"a","lines":[{"item":"b","count":1.5},7]}""", "$.lines[0].count: must be a whole number up to 2147483647, not this number | $.lines[1]: must be an object, not this number")]
    [DataRow("""{"name":"a","notes":{"odd name":true}}""", "$.notes['odd name']: must be a string, not a boolean")]
    [DataRow("""{"name":"a","payment":{"by":"crad","number":"1"}}""", "$.payment.by: must be one of card, transfer; did you mean 'card'?")]
    [DataRow("""{"name":"a","payment":{"by":"card","nubmer":"1"}}""", "$.payment.nubmer: is not known here; did you mean 'number'? | $.payment.number: is required")]
    [DataRow("[]", "$: must be an object, not an array")]
    [DataRow("""{"name":""", "$: is not JSON at line 1, byte 9")]
    public void Everything_that_is_wrong_is_named_by_its_path(string json, string expected)
    {
        Assert.IsNull(StrictJson.Read<Order>(Encoding.UTF8.GetBytes(json), Options, out IReadOnlyList<JsonProblem> problems));
        Assert.AreEqual(expected, string.Join(" | ", problems.Select(problem => $"{problem.Path}: {problem.Reason}")));
    }

    [TestMethod]
    public void A_document_of_nothing_but_mistakes_is_answered_with_the_first_hundred()
    {
        Assert.IsNull(StrictJson.Read<List<Line>>(Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Repeat("7", 5000)) + "]"), Options, out IReadOnlyList<JsonProblem> problems));
        Assert.HasCount(100, problems);
    }

    private static Order? Read(string json)
    {
        Order? order = StrictJson.Read<Order>(Encoding.UTF8.GetBytes(json), Options, out IReadOnlyList<JsonProblem> problems);
        Assert.IsEmpty(problems, string.Join(", ", problems));
        return order;
    }

    private sealed record Order(string Name)
    {
        public Size Size { get; init; }

        public IReadOnlyList<Line>? Lines { get; init; }

        public Dictionary<string, string>? Notes { get; init; }

        public Payment? Payment { get; init; }
    }

    private sealed record Line(string Item, int Count);

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "by")]
    [JsonDerivedType(typeof(Card), "card")]
    [JsonDerivedType(typeof(Transfer), "transfer")]
    private abstract record Payment;

    private sealed record Card(string Number) : Payment;

    private sealed record Transfer(string Account) : Payment;
}
