using Roost.Mqtt.Proofs;
using Roost.Mqtt.Proofs.Backlog;
using Roost.Mqtt.Proofs.Hostile;
using Roost.Mqtt.Proofs.Soak;

// Long proofs of the broker: bad bytes, bad clients, and time. Each command exits with 1 when its promise was broken.
return args switch
{
    ["codec", .. var rest] => CodecRun.Run(new Arguments(rest)),
    ["live", .. var rest] => LiveFuzz.Run(new Arguments(rest)),
    ["attacks", .. var rest] => AttackRun.Run(new Arguments(rest)),
    ["soak", .. var rest] => SoakRun.Run(new Arguments(rest)),
    ["retained", .. var rest] => RetainedLoad.Run(new Arguments(rest)),
    ["wildcards", .. var rest] => WildcardLoad.Run(new Arguments(rest)),
    ["backlog", .. var rest] => BacklogRun.Run(new Arguments(rest)),
    ["backlog-step", var step, .. var rest] => BacklogRun.RunStep(step, new Arguments(rest)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        dotnet run -c Release --project bench/Mqtt.Proofs -- COMMAND [--NAME VALUE ...]
          codec    mutated packets at the codec            --count 10000000 --seed N --threads 2
          live     mutated captures at a running broker    --seconds 60 --connections 20 --seed N
          attacks  floods, one after another               --only NAME,... --scale 1.0
          soak     200 clients that come and go            --minutes 20 --rate 5000 --clients 200 --limit 6 (MiB/h)
          retained  retained messages for many at once  --topics 100000 --subscribers 20 --sessions clean|kept
          wildcards  10,000 filters on any broker      --port N --pid N --filters 10000 --seconds 4
          backlog  opens the journal of a long backlog --messages 1000000 --runs 5 --seconds 1
        live, attacks, soak and retained start the daemon that bench/mqtt/build-roost has built, or --broker 'COMMAND {port} {dir}'.
        """);
    return 2;
}
