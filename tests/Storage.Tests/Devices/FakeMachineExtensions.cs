using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Devices;

internal static class FakeMachineExtensions
{
    extension(FakeMachine machine)
    {
        public SystemFolders Folders => new(machine.Proc, machine.Sys);
    }
}
