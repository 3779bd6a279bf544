// SPDX-License-Identifier: Apache-2.0
// Asks a Kafka broker through its own Java client, so that weir and kcat do not test themselves.

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Usage: Topics ADDRESS create NAME:PARTITIONS...
 *        Topics ADDRESS settings NAME     prints what is set for the topic itself, as key=value
 */
public class Topics {
    private static void create(Admin admin, List<String> wanted) throws Exception {
        var topics = new ArrayList<NewTopic>();
        for (String topic : wanted) {
            var words = topic.split(":");
            topics.add(new NewTopic(words[0], Integer.parseInt(words[1]), (short) 1));
        }
        admin.createTopics(topics).all().get();
    }

    private static void printSettings(Admin admin, String topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        for (ConfigEntry entry : config.entries()) {
            if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                System.out.println(entry.name() + "=" + entry.value());
            }
        }
    }

    public static void main(String[] words) throws Exception {
        var arguments = List.of(words).subList(2, words.length);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", words[0]))) {
            switch (words[1]) {
                case "create" -> create(admin, arguments);
                case "settings" -> printSettings(admin, arguments.get(0));
                default -> throw new IllegalArgumentException(words[1]);
            }
        }
    }
}
