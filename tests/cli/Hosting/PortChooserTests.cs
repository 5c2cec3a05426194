using System.Net;
using System.Net.Sockets;
using DurableMl.Cli;
using DurableMl.Cli.Hosting;

namespace Cli.Tests.Hosting;

[TestClass]
public sealed class PortChooserTests
{
    [TestMethod]
    public void The_customary_ports_are_taken_when_they_are_free()
    {
        var ports = Chooser().Choose(new PortRequest(), previous: null);

        Assert.AreEqual(new HostPorts(Functions: 7071, Blob: 10000, Queue: 10001, Table: 10002, Batch: 10100), ports);
    }

    [TestMethod]
    public void A_customary_port_that_is_in_use_is_replaced_by_a_free_one()
    {
        var ports = Chooser(busy: [7071]).Choose(new PortRequest(), previous: null);

        Assert.AreEqual(40000, ports.Functions);
        Assert.AreEqual(10000, ports.Blob);
    }

    [TestMethod]
    public void The_ports_of_last_time_are_preferred_because_stored_urls_hold_them()
    {
        var last = new HostPorts(1001, 1002, 1003, 1004, 1005);

        Assert.AreEqual(last, Chooser().Choose(new PortRequest(), last));
        Assert.AreEqual(last with { Blob = 10000 }, Chooser(busy: [1002]).Choose(new PortRequest(), last));
    }

    [TestMethod]
    public void A_port_that_was_asked_for_and_is_in_use_is_an_error_that_names_the_option()
    {
        var exception = Assert.ThrowsExactly<CliException>(() => Chooser(busy: [5000]).Choose(new PortRequest { Batch = 5000 }, previous: null));

        Assert.AreEqual("Port 5000 (--batch-port) is in use. Stop what listens there, or give another port.", exception.Message);
    }

    [TestMethod]
    public void A_port_that_was_asked_for_twice_is_an_error()
    {
        var exception = Assert.ThrowsExactly<CliException>(() => Chooser().Choose(new PortRequest { Blob = 5000, Queue = 5000 }, previous: null));

        StringAssert.Contains(exception.Message, "asked for twice");
    }

    [TestMethod]
    public void A_port_that_was_asked_for_is_given_to_nobody_else()
    {
        var ports = Chooser().Choose(new PortRequest { Table = 7071 }, previous: null);

        Assert.AreEqual(7071, ports.Table);
        Assert.AreEqual(40000, ports.Functions);
    }

    [TestMethod]
    public void A_port_somebody_listens_on_is_seen_as_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.ThrowsExactly<CliException>(() => PortChooser.ForLoopback().Choose(new PortRequest { Functions = port }, previous: null));
    }

    private static PortChooser Chooser(params int[] busy)
    {
        var free = 40000;
        return new PortChooser(port => !busy.Contains(port), () => free++);
    }
}
