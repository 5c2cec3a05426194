using DurableMl.Cli.Commands;

namespace Cli.Tests.Commands;

[TestClass]
public sealed class RootCommandTests
{
    [TestMethod]
    [DataRow("up")]
    [DataRow("up --port 8000 --azurite-blob-port 8001 --azurite-queue-port 8002 --azurite-table-port 8003 --batch-port 8004 --state folder")]
    [DataRow("demo --port 8000")]
    [DataRow("run pipeline.json --id a --detach --url http://localhost:1")]
    [DataRow("import digits raw/net.pt --sample raw/sample.npy")]
    [DataRow("import digits raw/net.onnx --sample raw/s.npz --format onnx --weights raw/a raw/b --expected raw/e.npz --tolerance 0.01 --alias champion --detach")]
    [DataRow("status")]
    [DataRow("status --all")]
    [DataRow("status run-1")]
    [DataRow("cancel run-1")]
    [DataRow("resume run-1 --max-failed-trials 3 --detach")]
    [DataRow("workflow validate machine.json")]
    [DataRow("workflow graph machine.json")]
    [DataRow("workflow graph --execution exec-1")]
    [DataRow("workflow push train machine.json --alias live")]
    [DataRow("workflow list")]
    [DataRow("workflow list train")]
    [DataRow("workflow start train --input {} --version live --id exec-1 --detach")]
    [DataRow("workflow watch exec-1")]
    [DataRow("workflow history exec-1 --json")]
    [DataRow("workflow stop exec-1 --error Stopped --cause enough")]
    [DataRow("workflow test-state machine.json --state Work --input {} --result {} --inspect")]
    [DataRow("workflow test-state machine.json --error Torn --cause why")]
    [DataRow("upload folder --to raw/penguins/ --json")]
    [DataRow("datasets --json")]
    [DataRow("compare run-1 run-2")]
    [DataRow("models")]
    [DataRow("models penguins --json")]
    [DataRow("alias penguins champion 3")]
    [DataRow("alias penguins champion --remove")]
    [DataRow("traffic penguins --set rules.json")]
    [DataRow("infer penguins --csv rows.csv --version candidate")]
    [DataRow("infer penguins --json-file rows.json")]
    [DataRow("jobs init my-job")]
    [DataRow("jobs run my-job --params a=1 b=x --data folder --budget 3 --seed 7 --output folder")]
    [DataRow("jobs push my-job --json")]
    [DataRow("jobs list")]
    [DataRow("batch-emulator --port 9000")]
    public void Commands_take_their_options(string line) => Assert.IsEmpty(RootCommandFactory.Create().Parse(line).Errors);

    [TestMethod]
    [DataRow("up --port 0", "--port takes a port from 1 to 65535.")]
    [DataRow("up --batch-port 65536", "--batch-port takes a port from 1 to 65535.")]
    public void A_port_out_of_range_is_refused(string line, string error) =>
        Assert.AreEqual(error, RootCommandFactory.Create().Parse(line).Errors.Single().Message);

    [TestMethod]
    [DataRow("run")]
    [DataRow("import digits raw/net.pt")]
    [DataRow("cancel")]
    [DataRow("workflow push train")]
    [DataRow("workflow test-state machine.json --result {} --error Torn")]
    [DataRow("up --port many")]
    [DataRow("compare run-1")]
    [DataRow("alias penguins champion")]
    [DataRow("alias penguins champion 3 --remove")]
    [DataRow("infer penguins")]
    [DataRow("infer penguins --csv a --json-file b")]
    [DataRow("nonsense")]
    public void What_is_missing_or_wrong_is_an_error(string line) => Assert.IsNotEmpty(RootCommandFactory.Create().Parse(line).Errors);
}
