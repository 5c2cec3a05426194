using System.Net;
using DurableMl.Cli.Pipelines;

namespace Cli.Tests.Pipelines;

[TestClass]
public sealed class ProblemTextTests
{
    [TestMethod]
    public void A_problem_is_shown_with_a_line_for_each_error()
    {
        const string Body = """
            { "type": "about:blank", "title": "Invalid pipeline", "status": 400, "detail": "2 errors",
              "errors": [{ "path": "$.sweep.trials", "reason": "must be at least 1" }, { "path": "$.name", "reason": "is missing" }] }
            """;

        var text = ProblemText.Describe(HttpStatusCode.BadRequest, Body);

        Assert.AreEqual(
            string.Join(Environment.NewLine, "Invalid pipeline: 2 errors", "  $.sweep.trials: must be at least 1", "  $.name: is missing"),
            text);
    }

    [TestMethod]
    public void A_title_that_is_a_sentence_stays_one() => Assert.AreEqual(
        "The run has ended. It is published.", ProblemText.Describe(HttpStatusCode.Conflict, """{ "title": "The run has ended.", "detail": "It is published." }"""));

    [TestMethod]
    [DataRow("gone away")]
    [DataRow("[1]")]
    [DataRow("")]
    public void Anything_else_is_shown_with_its_status(string body) =>
        StringAssert.StartsWith(ProblemText.Describe(HttpStatusCode.BadGateway, body), "The host answered 502 BadGateway.");
}
