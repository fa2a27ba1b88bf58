using Roost.Cli;

using var terminal = Terminal.OfProcess();
return await RoostCommand.RunAsync(args, terminal);
