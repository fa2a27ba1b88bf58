using Roost.Gateway.Hosting;

namespace Roost.Gateway.Tests.Hosting;

public sealed class PortOwnerTests
{
    [TestCase("dotnet", "/usr/lib/roost/dotnet/dotnet\0/usr/lib/roost/roostd.dll\0--data\0/var/lib/roost\0", "roostd")]
    [TestCase("dotnet", "dotnet\0build\0a.dll\0", "dotnet")]
    [TestCase("dotnet", "", "dotnet", Description = "it has just ended")]
    [TestCase("mosquitto", "/usr/sbin/mosquitto\0-c\0roostd.dll\0", "mosquitto")]
    public void A_program_of_dotnet_is_called_after_what_it_runs(string command, string commandLine, string name) =>
        Assert.That(PortOwner.NameOf(command, commandLine), Is.EqualTo(name));
}
